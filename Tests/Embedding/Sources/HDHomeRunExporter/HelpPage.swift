// What does somebody read who has to set this exporter up?

/// The page at `/help`.
public let helpPage = """
  hdhomerun-exporter [ADDRESS [TIMEOUT [NETWORK...]]]

  ADDRESS  where it listens, 127.0.0.1:9137 if none is given
  TIMEOUT  how long a device may take, in seconds, 1 if none is given
  NETWORK  where devices are, such as 192.168.1.0/24; anywhere if none is given

  GET /metrics?target=192.168.1.8  the tuners of a device, at port 65001 unless the target says another
  GET /exporter                    the metrics of the exporter itself

  Prometheus passes each device as a target:

  scrape_configs:
    - job_name: 'hdhomerun'
      static_configs:
        - targets:
          - '192.168.1.8' # hdhomerun device.
      relabel_configs:
        - source_labels: [__address__]
          target_label: __param_target
        - source_labels: [__param_target]
          target_label: instance
        - target_label: __address__
          replacement: '127.0.0.1:9137' # hdhomerun_exporter.

  What is the packets per second rate on a given channel?

  hdhomerun_network_packets_per_second{tuner="0"} *
    on (instance, job) group_left(channel)
    hdhomerun_tuner_info{tuner="0"}

  """
