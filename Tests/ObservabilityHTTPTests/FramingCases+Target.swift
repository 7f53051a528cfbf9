// Which request targets are accepted, and what is answered to the others?

import EndpointMessages
@testable import ObservabilityHTTP

extension FramingCase {
  /// The table of request targets.
  static let target: [FramingCase] = [
    FramingCase(
      "target `/`",
      "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/live?verbose`",
      "GET /live?verbose HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/metrics?name[]=a&name[]=b`",
      "GET /metrics?name[]=a&name[]=b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\n"
        + "Host: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/a%20b`",
      "GET /a%20b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/%C3%A4`",
      "GET /%C3%A4 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/a;b=c/d`",
      "GET /a;b=c/d HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `//`",
      "GET // HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/a//b`",
      "GET /a//b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/?`",
      "GET /? HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/?a=b=c`",
      "GET /?a=b=c HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/?&&a&`",
      "GET /?&&a& HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/?a+b=c%2Bd`",
      "GET /?a+b=c%2Bd HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/?a=/?:@`",
      "GET /?a=/?:@ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/%41`",
      "GET /%41 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target \"/~user/!$&`()*+,;=:@\"",
      "GET /~user/!$&'()*+,;=:@ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n"
        + "\r\n",
      "200 200 open"),
    FramingCase(
      "target `/?a=%0A`",
      "GET /?a=%0A HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/...`",
      "GET /... HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/.a`",
      "GET /.a HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/a.b`",
      "GET /a.b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/..a`",
      "GET /..a HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/?|^{}``",
      "GET /?|^{}` HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `/..`",
      "GET /.. HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/.`",
      "GET /. HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/a/../b`",
      "GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/a/./b`",
      "GET /a/./b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/../../etc/passwd`",
      "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/a/..`",
      "GET /a/.. HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%2e%2e/a`",
      "GET /%2e%2e/a HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%2E./a`",
      "GET /%2E./a HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/.%2e`",
      "GET /.%2e HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%2e`",
      "GET /%2e HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/a%2Fb`",
      "GET /a%2Fb HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/a%5Cb`",
      "GET /a%5Cb HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/a\\\\b`",
      "GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%00`",
      "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/a%00.txt`",
      "GET /a%00.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%0d%0aX:y`",
      "GET /%0d%0aX:y HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%7F`",
      "GET /%7F HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%1F`",
      "GET /%1F HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%`",
      "GET /% HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%4`",
      "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%zz`",
      "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%u0041`",
      "GET /%u0041 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%%41`",
      "GET /%%41 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%C0%AF`",
      "GET /%C0%AF HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%C0%80`",
      "GET /%C0%80 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%E0%80%AF`",
      "GET /%E0%80%AF HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%ED%A0%80`",
      "GET /%ED%A0%80 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%FF`",
      "GET /%FF HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%F4%90%80%80`",
      "GET /%F4%90%80%80 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/%C3`",
      "GET /%C3 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/?a=%00`",
      "GET /?a=%00 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/?a=%C0%AF`",
      "GET /?a=%C0%AF HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/?%`",
      "GET /?% HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/?a=%4`",
      "GET /?a=%4 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/?a=%GG`",
      "GET /?a=%GG HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/#fragment`",
      "GET /#fragment HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/?a#b`",
      "GET /?a#b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/\u{E4}`",
      "GET /\u{E4} HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/?\u{E4}`",
      "GET /?\u{E4} HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/\"`",
      "GET /\" HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/<x>`",
      "GET /<x> HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/a|b`",
      "GET /a|b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/?\"`",
      "GET /?\" HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `/?<`",
      "GET /?< HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `live`",
      "GET live HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `?a`",
      "GET ?a HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `a:80`",
      "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `*`",
      "GET * HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `*/`",
      "GET */ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `http://b/live`",
      "GET http://b/live HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `HTTP://b/live`",
      "GET HTTP://b/live HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `https://b/live?x`",
      "GET https://b/live?x HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `http://b`",
      "GET http://b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `http://b?x`",
      "GET http://b?x HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `http://b:8080/`",
      "GET http://b:8080/ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `http://[::1]:80/`",
      "GET http://[::1]:80/ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `http://b:/`",
      "GET http://b:/ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "target `http:///live`",
      "GET http:///live HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `http://`",
      "GET http:// HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `http://u@b/`",
      "GET http://u@b/ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `http://b:x/`",
      "GET http://b:x/ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `http://b:99999/`",
      "GET http://b:99999/ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `http://[::1/`",
      "GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `http://[]/`",
      "GET http://[]/ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `http://b/../c`",
      "GET http://b/../c HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `ftp://b/`",
      "GET ftp://b/ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `http:/b`",
      "GET http:/b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "target `javascript:alert(1)`",
      "GET javascript:alert(1) HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n"
        + "\r\n",
      "400 closed"),
    FramingCase(
      "target `://b/`",
      "GET ://b/ HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase(
      "OPTIONS *",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "204 200 open"),
    FramingCase(
      "OPTIONS http://b",
      "OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "204 200 open"),
    FramingCase(
      "OPTIONS /",
      "OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "200 200 open"),
    FramingCase(
      "CONNECT in authority-form",
      "CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "400 closed"),
    FramingCase("absolute-form without Host", "GET http://b/ HTTP/1.1\r\n\r\n", "400 closed"),
  ]
}
