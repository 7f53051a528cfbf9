// Which OpenMetrics is right and which is wrong, beside the public conformance cases? All but `# EOF`.

enum OpenMetricsCases {
  private static let histogram = "# TYPE h histogram\n"
  private static let quoted = "# TYPE \"mail.queue\" gauge\n"

  static let valid: [String] =
    numbers.map { "x \($0)\n" } + timestamps.map { "x 1 \($0)\n" }
    + [
      "", "x 1\n", "x{} 1\n", "x{a=\"\"} 1\n", "x:y 1\n", "_x 1\n", "# TYPE x unknown\nx 1\n",
      "# TYPE c counter\nc_total 1\nc_created 1.5\n", "# TYPE c counter\nc_total +Inf\n",
      "# TYPE c counter\nc_total{a=\"1\"} 1\nc_created{a=\"1\"} 1\nc_total 1\nc_created 1\n",
      "# TYPE c counter\nc_total 1 # {} 1\n", "# TYPE c counter\nc_total 1 2 # {a=\"b\",c=\"}\"} NaN 3.5\n",
      "# TYPE c counter\nc_total 1 # {a=\" # {} 1\"} 1\n", "# TYPE s summary\n",
      "# TYPE s stateset\ns{s=\"on\"} 1\n",
      "# TYPE s stateset\ns{a=\"1\",s=\"on\"} 1\ns{s=\"off\",a=\"1\"} 0\ns{a=\"2\",s=\"on\"} 1\n",
      "# TYPE i info\ni_info{a=\"1\"} 1\ni_info{a=\"2\"} 1\n", "# TYPE s summary\ns{quantile=\"0\"} NaN\n",
      "# TYPE s summary\ns_count 1\ns_sum 1.5\ns_created 2\n", "# TYPE s summary\ns_sum 1\n",
      "\(histogram)h_bucket{le=\"+Inf\"} 1\nh_count 1\nh_sum 0.5\nh_created 1\n",
      "\(histogram)h_bucket{le=\"+Inf\"} 1 1\nh_bucket{le=\"+Inf\"} 2 2\n",
      "\(histogram)h_bucket{a=\"\",le=\"1.0\"} 1\nh_bucket{le=\"+Inf\",a=\"\"} 1\nh_bucket{le=\"+Inf\"} 1\n",
      "\(histogram)h_bucket{le=\"-Inf\"} 0\nh_bucket{le=\"+Inf\"} 0\n",
      "\(quoted){\"mail.queue\"} 1\n{\"mail.queue\",a=\"b\"} 1\n{a=\"c\",\"mail.queue\"} 1\n",
      "\(quoted){\"mail.queue\",\"a.b\"=\"c\"} 1\n", "{\"x\"} 1\n",
      "# HELP \"a \\\"b\\\\ \\n\" h\n{\"a \\\"b\\\\ \\n\"} 1\n",
      "# TYPE \"c.d\" counter\n{\"c.d_total\"} 1 # {\"trace.id\"=\"b\"} 1\n",
      "# TYPE \"c.d\" histogram\n{\"c.d_bucket\",le=\"+Inf\"} 1\n", "{\"\u{20AC}\"} 1\n",
      "x{a=\"\u{20AC}\u{1F4A9}\"} 1\n",
      "# HELP x a \"b\" c\nx 1\n", "x{a=\"\0\"} 1\n", "x{le=\"a\"} 1\n", "x{quantile=\"a\"} 1\n",
      "x_total -1\n",
      "x_bucket 1\n", "# UNIT x_s s\n# TYPE x_s gauge\nx_s 1\n",
      "# TYPE x gauge\nx{a=\"1\",b=\"2\"} 1\nx{b=\"1\",a=\"2\"} 1\n",
      "# TYPE x gauge\nx{a=\"12\",b=\"3\"} 1\nx{a=\"1\",b=\"23\"} 1\nx{a=\"b\",c=\"\"} 1\n",
      "# TYPE x gauge\n# TYPE y gauge\nx_y 1\n",
      "# TYPE g gaugehistogram\ng_bucket{le=\"+Inf\"} 1\ng_sum 1\ng_count 1\n",
      "\(histogram)h_count 1\nh_sum 1\nh_bucket{le=\"+Inf\"} 1\nh_count 2\n",
      "# TYPE g gaugehistogram\ng_gsum 1\ng_bucket{le=\"+Inf\"} 0\ng_gcount 0\ng_gsum -1\n",
      "# TYPE c counter\nc_total{a=\" # \"} 1 # {b=\" # {} 1\"} 1 1\n",
      "# TYPE c counter\nc_total 1 # {a=\"\\\"\"} 1\n", "# TYPE s summary\ns_created 1\ns_sum 0\n",
      "# TYPE c counter\nc_total 1 # {a=\"\(String(repeating: "\u{20AC}", count: 127))\"} 1\n",
      "# TYPE x gauge\nx 1 -1\nx 1 -0.5\nx 1 0\nx 1 .5\nx 1 1e3\n", "# TYPE x gauge\nx 1 1\nx 2 1\n",
      "# TYPE x_s gauge\n# UNIT x_s \nx_s 1\n", "# HELP x \\\nx 1\n", "{\"=\"} 1\n", "{\",\",a=\"}\"} 1\n",
      "# TYPE g gaugehistogram\ng_bucket{le=\"-1.0\"} 1\ng_bucket{le=\"+Inf\"} 1\ng_gcount 1\ng_gsum -1\n",
    ]

  static let invalid: [String] =
    wrongNumbers.map { "x \($0)\n" } + wrongNumbers.map { "x 1 \($0)\n" }
    + ["NaN", "+Inf", "inf"].map { "x 1 \($0)\n" }
    + wrongNumbers.map { "# TYPE c counter\nc_total 1 # {} \($0)\n" }
    + [
      "# EOF\n", "# EOF \n", "#EOF\n", " x 1\n", "x\t1\n", "x 1\r\n", "x 1 # {} 1\n", "x{a=\"1\" } 1\n",
      "x{ a=\"1\"} 1\n", "x{a =\"1\"} 1\n", "x{a= \"1\"} 1\n", "x {a=\"1\"} 1\n", "x{,a=\"1\"} 1\n",
      "x{,} 1\n",
      "x{a=\"1\",b} 1\n", "x{a=\"1\"}  1\n", "x{a:b=\"1\"} 1\n", "x{a.b=\"1\"} 1\n", "x{__a=\"1\"} 1\n",
      "x{__name__=\"y\"} 1\n", "{__name__=\"x\"} 1\n", "{a=\"b\"} 1\n", "{} 1\n", "{\"\"} 1\n",
      "x{\"y\"} 1\n",
      "{\"x\",\"y\"} 1\n", "{\"x\",\"\"=\"1\"} 1\n", "{\"x\",} 1\n", "{\"x} 1\n", "{\"x\"a=\"b\"} 1\n",
      "\"x\" 1\n",
      "x{a=\"1\\\"} 1\n", "x{a=\"1\n\"} 1\n", "x{a=\"1\",\"a\"=\"2\"} 1\n", "x{a=\"1\"", "x{a=\"1", "x{a=",
      "x{a", "x{",
      "#\n", "# \n", "# comment\n", "#TYPE x gauge\n", "#  TYPE x gauge\n", "# TYPE  x gauge\n",
      "# TYPE x  gauge\n",
      "# type x gauge\n", "# TYPE x Gauge\n", "# TYPE 1x gauge\n", "# TYPE x.y gauge\n",
      "# TYPE \"\" gauge\n",
      "# TYPE \"x gauge\n", "# TYPE \"x\"gauge\n", "# FOO x y\n", "# HELP x\n", "# UNIT x_s S.\nx_s 1\n",
      "# HELP x a\n# HELP x b\n", "# TYPE x gauge\nx 1\ny 1\nx 2\n", "x 1\ny 1\nx 1\n",
      "# TYPE x gauge\nx 1\n# UNIT x x\n",
      "# TYPE c counter\nc 1\n", "# TYPE c counter\nc_total -1\n",
      "# TYPE c counter\n# TYPE c_total gauge\nc_total 1\n",
      "# TYPE c counter\nc_total 1\n# TYPE c_created gauge\n", "# TYPE i info\n# UNIT i_s s\ni_info 1\n",
      "# TYPE i_s info\n# UNIT i_s s\ni_s_info 1\n", "# TYPE i_s stateset\n# UNIT i_s s\ni_s{i_s=\"a\"} 1\n",
      "# TYPE s stateset\ns{a=\"1\"} 1\n", "# TYPE s stateset\ns{s=\"1\"} 0.5\n",
      "# TYPE s stateset\ns{s=\"1\"} NaN\n",
      "# TYPE i info\ni_info 0\n", "# TYPE s summary\ns{quantile=\"-0.1\"} 1\n",
      "# TYPE s summary\ns{quantile=\"1.1\"} 1\n",
      "# TYPE s summary\ns{quantile=\"\"} 1\n", "# TYPE s summary\ns{quantile=\"0.5\"} -1\n",
      "# TYPE s summary\ns_count 1.5\n", "\(histogram)h_bucket{le=\"1\"} 1\n",
      "\(histogram)h_bucket{le=\"inf\"} 1\n",
      "\(histogram)h_bucket{le=\"NaN\"} 1\n", "\(histogram)h_bucket{le=\"nan\"} 1\n",
      "\(histogram)h_bucket{le=\"\"} 1\n",
      "\(histogram)h_bucket{le=\"+Inf\"} 1.5\n", "\(histogram)h_bucket{le=\"+Inf\"} +Inf\n",
      "\(histogram)h_bucket{le=\"+Inf\"} 1\nh_count 2\nh_sum 1\n", "\(histogram)h_created 1\n",
      "\(histogram)h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\n", "\(histogram)h 1\n",
      "\(histogram)h_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 1\n",
      "\(histogram)h_bucket{le=\"+Inf\"} 1 1\nh_bucket{le=\"1\"} 2 2\n",
      "\(histogram)h_bucket{le=\"+Inf\"} 1 1\nh_count 1\n",
      "\(histogram)h_bucket{le=\"+Inf\"} 1\nh_sum 1 # {} 1\nh_count 1\n",
      "# TYPE g gaugehistogram\ng_bucket{le=\"+Inf\"} 1\ng_gcount 1.5\ng_gsum 1\n",
      "# TYPE c counter\nc_total 1 #\n", "# TYPE c counter\nc_total 1 # {}\n",
      "# TYPE c counter\nc_total 1 # {} \n",
      "# TYPE c counter\nc_total 1 # {} 1 \n", "# TYPE c counter\nc_total 1 # {} 1 1 1\n",
      "# TYPE c counter\nc_total 1  # {} 1\n", "# TYPE c counter\nc_total 1 # {\"a\"} 1\n",
      "# TYPE c counter\nc_total 1 # {a=\"1\",a=\"2\"} 1\n", "# TYPE c counter\nc_total 1 # {} 1 NaN\n",
      "# TYPE c counter\nc_total 1 # {a=\"\(String(repeating: "\u{20AC}", count: 128))\"} 1\n",
      "# TYPE x gauge\nx{a=\"1\",b=\"2\"} 1\nx 1\nx{b=\"2\",a=\"1\"} 1\n", "# TYPE x gauge\nx 1\nx 1 1\n",
      // What a later line of a group says does not mend what an earlier one has said.
      "\(histogram)h_count 0\nh_sum 0\nh_bucket{le=\"+Inf\"} 1\nh_count 1\n",
      "# TYPE g gaugehistogram\ng_gcount 0\ng_gsum 0\ng_bucket{le=\"+Inf\"} 1\ng_gcount 1\n",
      "\(histogram)h_sum{a=\"1\"} 0\nh_sum{a=\"2\"} 0\nh_count{a=\"1\"} 0\n",
      "\(histogram)h_bucket{le=\"1.0\"} 1\nh_bucket{le=\"2.0\"} 1\nh_bucket{le=\"+Inf\"} 0\n",
      "\(histogram)h_bucket{le=\"-1.0\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_count 2\nh_sum 1\n",
      "\(histogram)h_bucket{le=\"+INF\"} 0\n", "\(histogram)h_bucket 0\n",
      "\(histogram)h_bucket{le=\" 1\"} 0\n",
      "# TYPE x gauge\nx 0 1.1\nx 0 1\n", "# TYPE x gauge\nx 0 -1\nx 0 -1.1\n",
      "# TYPE x gauge\nx 0 0\nx 0\n",
      "# TYPE x_created gauge\n# TYPE x counter\n", "# TYPE x info\n# TYPE x_info gauge\n",
      "# TYPE x untyped\nx 1\n", "# TYPE x\n", "# UNIT x\n", "# HELP \n", "\u{FEFF}x 1\n", "x{\0=\"1\"} 1\n",
      "x{a=\" # \"}1\n", "x{a=\" # \",b=}1\n", "# TYPE c counter\nc_total 1 #{} 1\n", "x{a=\"1\"\r} 1\n",
      "# TYPE c counter\nc_total 1 # {}1\n", "# TYPE c counter\nc_total 1 1 # id=\"a\"} 1\n",
      "# TYPE c counter\nc_created 1 # {a=\"b\"} 1\n", "# TYPE b_bucket gauge\nb_bucket 1 # {a=\"b\"} 1\n",
    ]

  static let numbers = [
    "0", "+1", "-1", "1.", ".5", "-.5", "1e5", "1E5", "1e+05", "1.5e-3", "Inf", "+inf", "-INF", "infinity",
    "-Infinity",
    "nan", "NAN", "00", "1e-400", "0e99999999999999999999", "123456789012345678901234567890", "-0",
    "12345678901234567890.", ".12345678901234567890e5", "+12345678901234567890.E-5",
  ]
  static let timestamps = ["0", "1.5", "1e9", "-1", "+1.25", "1600000000.123456789", ".5"]
  static let wrongNumbers = [
    "", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "1,5", "0x10", "1_000", "1f", "--1", "+-1", "1 e5", "in",
    "infinit",
    "infinityy", "+nan", "-NaN", "1e999", "\u{661}", "1\t", "1\0",
  ]
}

enum TextCases {
  static let valid = [
    "", "\n", "  \n\t\n", "#\n", "# comment\n", "#comment\n", "# HELP\n", "# TYPE\n", "# HELP x\n",
    "# HELP x \n", "x 1\n",
    "\tx 1\n", "x\t1\n", "x  1  2\n", "x 1 \n", "x 1\t-2 \n", "x{} 1\n", "x{a=\"1\"}1\n", "x{a=\"1\",} 1\n",
    "x { a = \"1\" , } 1\n",
    "x{__a=\"1\"} 1\n", "x NaN\n", "x -Inf\n", "x +inf 1\n", "# TYPE x untyped\nx 1\n", "#TYPE x gauge\n",
    "#  TYPE\tx   gauge\n", "# UNIT x y\n", "# EOF\nx 1\n", "x 1\ny 1\nx 2\n", "x 1\nx 1\n", "{\"a.b\"} 1\n",
    "{ \"a.b\" , a=\"c\" , } 1\n",
    "# TYPE \"a.b\" summary\n{\"a.b\",quantile=\"0.5\"} 1\n{\"a.b_sum\"} 1\n", "x{a=\"\\\\\\\"\\n\"} 1\n",
    "# HELP x a \\\\ \\n \"b\"\n",
    "# TYPE c counter\nc -1\n", "# TYPE h histogram\nh_bucket{le=\"1\"} 1\n", "# HELP x \0\nx{a=\"\0\"} 1\n",
    "some:aggregate:rate5m{a_b=\"c\"}\t1\n",
    "x 1\n\t\t", " ", "# HELP x \n# TYPE x gauge\n", "x{a=\"1\" , b=\"2\",\t}-Inf\n", "x 08 15\n",
    "# TYPE s summary\ns{quantile=\"-12.34\",} NaN\nfake_sum 1\ns_sum 1 2\ns_count 2\n",
    "# TYPE x_sum gauge\n# TYPE x summary\n# HELP x_sum h\nx_sum 1\n",
    "# TYPE x gauge\n# TYPE x_sum gauge\nx_sum 1\n",
    "# TYPE x summary\n# TYPE x_bucket counter\nx_bucket 1\n",
    "# TYPE h histogram\n# HELP h_count x\nh_count 1\n", "# TYPE s summary\n# HELP s_sum x\n",
    "# HELP h_count x\n# TYPE h histogram\nh_count 1\n",
  ]

  static let invalid = [
    "x 1", "x\n", "x \n", "x{a='1'} 1\n", "x{a=\n", "x{=\"\"} 1\n", "x{a=\"1\"b=\"2\"} 1\n", "x{,} 1\n",
    "x{a=\"1\",,b=\"2\"} 1\n",
    "x{a=\"1\",a=\"2\"} 1\n", "x{__name__=\"y\"} 1\n", "{a=\"1\"} 1\n", "{\"x\",\"y\"} 1\n", "x true\n",
    "x 1_2\n", "x 0x1p-3\n",
    "x 1 1_2\n", "x 1 1.5\n", "x 1 1 1\n", "x 1 99999999999999999999\n", "x 1 # {} 1\n", "1x 1\n", "x.y 1\n",
    "x{a=\"1\n\"} 1\n",
    "x{a=\"\\t\"} 1\n", "# HELP x \\t\n", "# HELP x a\n# HELP x b\n", "# TYPE x gauge\n# TYPE x gauge\n",
    "# TYPE x\n",
    "x 1\n# TYPE x gauge\n", "# TYPE x meh\n", "# TYPE x info\n", "# TYPE x gauge foo\n", "# TYPE #\n",
    "# HELP #\n",
    "# TYPE h histogram\nh_bucket{le=\"a\"} 1\n", "# TYPE s summary\ns{quantile=\"a\"} 1\n", "x 1\r\n",
    "x\0 1\n", "x 1 1\0\n",
    "x 1e999\n", "{\"x\"", "x 1\n\ty 1", "x 1\n#", "\u{FEFF}x 1\n", "x\u{A0}1\n", "x 1\u{B}\n", "x \u{661}\n",
    // A sample of such a name would be of two families.
    "# TYPE x summary\n# TYPE x_sum gauge\n", "# TYPE x summary\nx_sum 1\n# TYPE x_sum untyped\n",
    "# TYPE x histogram\n# HELP x_bucket b\n# TYPE x_bucket counter\n",
    // A help of a part is that of the family.
    "# HELP h h\n# TYPE h histogram\n# HELP h_count x\n", "# TYPE h histogram\n# HELP h_sum x\n# HELP h h\n",
  ]
}
