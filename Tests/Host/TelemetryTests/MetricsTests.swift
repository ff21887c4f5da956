import Isolation
import Testing

@testable import Telemetry

@Suite struct MetricsTests {
  @Test func whatIsKnownOfOneJobCanBeForgotten() {
    let metrics = Metrics(maxSeries: 2)
    metrics.add(.init("slots_total", ["job": "a\"b", "outcome": "done"]))
    metrics.set(.init("job_depth", ["job": "other"]), 1)
    metrics.remove(labelled: "job", "a\"b")
    #expect(metrics.value(.init("slots_total", ["job": "a\"b", "outcome": "done"])) == nil)
    metrics.add(.init("slots_total", ["job": "new", "outcome": "done"]))
    #expect(metrics.exposition().contains("new") && metrics.exposition().contains("other"))
  }

  @Test func aHandleAndItsKeyAreTheSameMetric() {
    let metrics = Metrics()
    let key = Metrics.Key("slots_total", ["job": "grid", "outcome": "ran"])
    let counter = metrics.counter(key)
    counter.add()
    metrics.add(Metrics.Key("slots_total", ["outcome": "ran", "job": "grid"]), 2)
    #expect(metrics.value(key) == 3)
    counter.add(-5)
    counter.add(.nan)
    #expect(counter.value == 3)
    metrics.set(.init("jobs"), -1.5)
    #expect(metrics.value(.init("jobs")) == -1.5)
  }

  @Test func countingFromManyTasksLosesNothing() async {
    let metrics = Metrics()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let counter = metrics.counter(.init("c"))
          for _ in 0..<1_000 {
            counter.add()
            metrics.observe(.init("h"), 0.001)
          }
        }
      }
    }
    #expect(metrics.value(.init("c")) == 8_000)
    #expect(metrics.histogram(.init("h")).value.count == 8_000)
  }

  @Test func aNameBelongsToOneKind() {
    let metrics = Metrics()
    metrics.add(.init("x"))
    metrics.set(.init("x"), 9)
    metrics.observe(.init("x", ["a": "b"]), 9)
    #expect(metrics.value(.init("x")) == 1)
    #expect(metrics.exposition().contains("mm_metrics_refused_total 2\n"))
  }

  @Test func histogramsThatAreHandedOverWholeAreShown() throws {
    let metrics = Metrics()
    var gathered = Histogram()
    gathered.observe(0.01)
    metrics.histograms.withLock { $0[.init("run_seconds")] = gathered }
    metrics.add(.init("slots_total"), 2)
    metrics.set(.init("pivot_price"), 3)
    let families = try ExpositionParser.parse(metrics.exposition())
    #expect(families["mm_run_seconds"]?.kind == "histogram")
    #expect(families["mm_run_seconds"]?.lastValue == 1)
    #expect(metrics.counters.withLock(\.self) == [.init("slots_total"): 2])
    #expect(metrics.gauges.withLock(\.self) == [.init("pivot_price"): 3])
  }

  @Test func endlessLabelsAreRefused() {
    let metrics = Metrics(maxSeries: 10)
    for number in 0..<100 { metrics.add(.init("x", ["run": "\(number)"])) }
    #expect(metrics.exposition().contains("mm_metrics_refused_total 90\n"))
  }

  @Test func theTextIsWhatPrometheusReads() throws {
    let metrics = Metrics()
    metrics.add(.init("slots_total", ["outcome": "ran", "job": "a\"b\\c\nd"]), 3)
    metrics.add(.init("slots_total", ["outcome": "skipped", "job": "grid"]))
    metrics.set(.init("pivot_price"), 0.012_5)
    metrics.set(.init("9 odd näme"), .infinity)
    for seconds in [0.000_04, 0.3, 100] {
      metrics.observe(.init("scheduler_lateness_seconds", ["job": "grid"]), seconds)
    }
    let text = metrics.exposition()
    #expect(
      text.contains(
        """
        # HELP mm_slots_total Slots by job and outcome.
        # TYPE mm_slots_total counter
        mm_slots_total{job="a\\"b\\\\c\\nd",outcome="ran"} 3
        mm_slots_total{job="grid",outcome="skipped"} 1

        """))
    #expect(text.contains("mm_pivot_price 0.0125\n"))
    #expect(text.contains("mm__9_odd_n__me +Inf\n"))
    #expect(text.contains("mm_scheduler_lateness_seconds_bucket{job=\"grid\",le=\"5e-05\"} 1\n"))
    #expect(text.contains("mm_scheduler_lateness_seconds_bucket{job=\"grid\",le=\"60\"} 2\n"))
    #expect(text.contains("mm_scheduler_lateness_seconds_bucket{job=\"grid\",le=\"+Inf\"} 3\n"))
    #expect(text.contains("mm_scheduler_lateness_seconds_count{job=\"grid\"} 3\n"))
    let families = try ExpositionParser.parse(text)
    #expect(families["mm_scheduler_lateness_seconds"]?.samples == Histogram.bounds.count + 3)
    #expect(families["mm_slots_total"]?.samples == 2)
    for name in [
      "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds",
      "process_threads", "process_start_time_seconds", "process_cpu_seconds_total",
    ] {
      #expect(families[name]?.samples == 1)
      #expect(try #require(families[name]).lastValue > 0)
    }
  }

  @Test(arguments: MetricCatalogue.texts.sorted { $0.key < $1.key })
  func everyNameInTheRegistryIsAsPrometheusWants(name: String, help: String) {
    #expect(MetricText.name(name) == name)
    #expect(name.utf8.allSatisfy { ("a"..."z").contains(Unicode.Scalar($0)) || $0 == 0x5F })
    #expect(help.hasSuffix(".") && !help.contains("\n") && !help.contains("\\"))
  }
}
