// What does the same work cost with prometheus-cpp?
//
// A line "name iterations threads" on standard input is answered by one line: the nanoseconds of one operation in each
// thread, and the part of the time in which the threads had a processor; or by "unknown".

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <time.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace prometheus;

static const std::vector<double> buckets{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

// The values of Workloads/Values.swift.
static std::vector<double> makeValues() {
  std::vector<double> values(1024);
  for (int i = 0; i < 1024; i++) values[i] = 0.0005 * std::pow(2, double(i * 619 % 1024) / 1024 * 15);
  return values;
}
static const std::vector<double> values = makeValues();

static const std::string protocols[] = {"smtp", "submission"};
static const std::string directions[] = {"received", "sent"};
static const std::string results[] = {"delivered", "temporary_failure", "permanent_failure", "timeout"};
static const std::string domains[] = {
    "example.org", "mail.example.com", "lists.example.net", "subdomain.example.co.uk"};

static double now(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return double(time.tv_sec) * 1e9 + double(time.tv_nsec);
}

static std::string host(int i) {
  char text[32];
  snprintf(text, sizeof text, "host-%06d.example.org", i);
  return text;
}

static std::shared_ptr<Registry> counterRegistry(int n) {
  auto registry = std::make_shared<Registry>();
  auto &family = BuildCounter().Name("bench_messages_total").Help("Messages.").Register(*registry);
  for (int i = 0; i < n; i++)
    family.Add({{"domain", host(i)}, {"result", "accepted"}}).Increment(double(i * 7919LL % 100000));
  return registry;
}

static std::shared_ptr<Registry> histogramRegistry(int n) {
  auto registry = std::make_shared<Registry>();
  auto &family = BuildHistogram().Name("bench_duration_seconds").Help("Durations.").Register(*registry);
  for (int i = 0; i < n; i++) {
    auto &series = family.Add({{"domain", host(i)}, {"result", "accepted"}}, buckets);
    for (int k = 0; k < 20; k++) series.Observe(values[(i * 31 + k) & 1023]);
  }
  return registry;
}

static std::function<void(long)> encoder(std::function<std::shared_ptr<Registry>()> make) {
  auto registry = std::make_shared<std::shared_ptr<Registry>>();
  return [=](long n) {
    if (!*registry) *registry = make();
    for (long i = 0; i < n; i++) {
      std::ostringstream out;
      TextSerializer().Serialize(out, (*registry)->Collect());
      if (out.str().empty()) abort();
    }
  };
}

int main() {
  Registry registry;
  auto &counter = BuildCounter().Name("c_total").Register(registry).Add({});
  auto &histogram = BuildHistogram().Name("h").Register(registry).Add({}, buckets);
  auto &family = BuildCounter().Name("f_total").Register(registry);
  std::map<std::string, std::function<void(long)>> work;
  work["counter"] = [&](long n) {
    for (long i = 0; i < n; i++) counter.Increment();
  };
  work["histogram"] = [&](long n) {
    for (long i = 0; i < n; i++) histogram.Observe(values[i & 1023]);
  };
  work["lookup"] = [&](long n) {
    for (long i = 0; i < n; i++)
      family
          .Add({{"protocol", protocols[i & 1]},
                {"direction", directions[i >> 1 & 1]},
                {"result", results[i >> 2 & 3]},
                {"domain", domains[i >> 4 & 3]}})
          .Increment();
  };
  work["encodeCounters"] = encoder([] { return counterRegistry(10000); });
  work["encodeHistograms"] = encoder([] { return histogramRegistry(1000); });

  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string name;
    long iterations = 0;
    int count = 0;
    if (!(words >> name >> iterations >> count) || iterations < 1 || count < 1 || !work.count(name)) {
      std::cout << "unknown" << std::endl;
      continue;
    }
    auto &body = work[name];
    std::atomic<int> ready{0};
    std::vector<double> begins(count), ends(count), used(count);
    std::vector<std::thread> threads;
    for (int t = 0; t < count; t++)
      threads.emplace_back([&, t] {
        ready++;
        while (ready < count) {
        }
        double processor = now(CLOCK_THREAD_CPUTIME_ID);
        begins[t] = now(CLOCK_MONOTONIC);
        body(iterations);
        ends[t] = now(CLOCK_MONOTONIC);
        used[t] = now(CLOCK_THREAD_CPUTIME_ID) - processor;
      });
    for (auto &thread : threads) thread.join();
    double wall = *std::max_element(ends.begin(), ends.end()) - *std::min_element(begins.begin(), begins.end());
    double processor = 0;
    for (double part : used) processor += part;
    printf("%.9g %.4g\n", wall / double(iterations), processor / (wall * count));
    fflush(stdout);
  }
}
