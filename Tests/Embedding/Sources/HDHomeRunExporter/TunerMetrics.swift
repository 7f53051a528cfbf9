// Which metrics are made of what tuners say?

public import HDHomeRun
public import MailObservability

private let packetsPerSecond = "hdhomerun_network_packets_per_second"
private let tunerInfo = "hdhomerun_tuner_info"

/// The families of a device, or that which could not be read and why.
public func tunerMetrics(_ device: any Device) -> [CollectedFamily] {
  do {
    let tuners = try device.tuners().enumerated().map { (number: "\($0)", state: $1) }
    return [
      CollectedFamily(
        packetsPerSecond, .gauge,
        help: "Number of packets per second being sent by the device for this tuner.",
        samples: tuners.map { CollectedSample(Double($0.state.packetsPerSecond), ["tuner": $0.number]) }),
      CollectedFamily(
        tunerInfo, .info, help: "Metadata about each of the tuners available to a device.",
        samples: tuners.map {
          CollectedSample(
            .info, ["channel": $0.state.channel, "lock": $0.state.lock, "tuner": $0.number])
        }),
    ]
  } catch {
    return [.failed(packetsPerSecond, error)]
  }
}
