// Where are the recent traces looked at?

import EndpointMessages
public import ObservabilityEndpoints
import TraceSpans

extension MailTracing {
  /// A page of the traces that are kept in memory, for ``MetricsConfig/routes``: families by how long their
  /// traces took, a trace as a time line, and a search by message, queue or trace identifier. Trusted
  /// addresses alone see it.
  ///
  /// Without a query it shows the families, with `?family=SMTP&select=active` (or `newest`, `errors`, or a
  /// number of a latency class, 0 to 7) some traces of one, with `?trace=`, `?message=` or `?queue=` those
  /// with that identifier: of the attributes `mail.message_id` and `mail.queue_id`. `&format=json` gives the
  /// same as JSON. A trace's spans are shown up to a mebibyte. Before the start there is nothing to see.
  ///
  /// - Parameter path: where it is, below the prefix of all routes.
  public func route(at path: String = "/debug/traces") -> EndpointRoute {
    var route = EndpointRoute.page(path) { [tracer] request, navigation in
      let shown = ShownTraces(request.query, of: tracer.recent)
      return request.query["format"] == "json"
        ? WebPage.response(json: shown.json) : shown.page(navigation).response
    }
    route.showsTraces = true
    return route
  }
}
