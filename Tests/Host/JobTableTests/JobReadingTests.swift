import PluginAPI
import Testing

@testable import JobTable

/// What a job's keys mean.
@Suite struct JobReadingTests {
  @Test func everyKeyIsRead() throws {
    let loaded = load(
      job: """
        job: tick
        enabled: false
        every: 1h30m
        cron: "0 9 * * MON-FRI"
        timezone: Europe/Berlin
        dst: { gap: skip, fold: both }
        at: 2026-01-31T10:00:00+01:00
        idle: 15m
        on: [signal.rebuild, signal.reload]
        jitter: 250ms
        phase: 10s
        overlap: queue_one
        misfire: { all: 12 }
        timeout: 20s
        retry: { attempts: 3, backoff: 2s..1m }
        priority: -5
        group: solana
        precision: exact
        on_lost: retry
        failure_budget: 0
        max_lateness: 2ms
        grant: [trade, swap]
        parameters: { size: 0.1 SOL, levels: 16, active: true, name: "007" }
        """)
    #expect(loaded.summaries == [])
    let job = try #require(loaded.job)
    #expect(job.kind == "tick" && !job.isEnabled && job.line == 4)
    #expect(job.cadence.every == .seconds(5_400))
    #expect(job.cadence.cron?.zone == "Europe/Berlin")
    #expect(job.cadence.cron?.gap == .skip && job.cadence.cron?.fold == .both)
    #expect(job.cadence.at == Timestamp(seconds: 1_769_850_000))
    #expect(job.cadence.idle == .seconds(900))
    #expect(job.cadence.signals == ["rebuild", "reload"])
    #expect(job.cadence.jitter == .milliseconds(250) && job.cadence.phase == .seconds(10))
    #expect(job.overlap == .queueOne && job.misfire == .all(max: 12))
    #expect(job.retry == Retry(attempts: 3, firstPause: .seconds(2), longestPause: .seconds(60)))
    #expect(job.timeout == .seconds(20) && job.priority == -5 && job.group == "solana")
    #expect(job.precision == .exact && job.onLost == .retry && job.failureBudget == 0)
    #expect(job.maxLateness == .milliseconds(2) && job.grants == [.trade, .swap])
    #expect(
      job.parameters == ["size": "0.1 SOL", "levels": "16", "active": "true", "name": "007"])
  }

  @Test(arguments: [
    ("every: 59s", Misfire.skip), ("every: 1m", .latest), ("cron: '@hourly'", .latest),
    ("on: signal.x", .latest), ("every: 1s\nmisfire: all", .all(max: 100)),
    ("every: 1s\nat: 2030-01-01T00:00:00Z", .latest), ("every: 1h\nmisfire: skip", .skip),
  ])
  func whatIsMissedDependsOnTheCadence(keys: String, misfire: Misfire) {
    #expect(load(job: keys).job?.misfire == misfire)
  }

  @Test(arguments: [
    ("every: 1s", OnLost.skip), ("every: 1s\ngrant: [signal]", .skip),
    ("every: 1s\ngrant: [signal, transfer]", .hold),
    ("every: 1s\ngrant: [trade]\non_lost: retry", .retry),
  ])
  func whatWasLostIsHeldWhenItMovesMoney(keys: String, onLost: OnLost) {
    #expect(load(job: keys).job?.onLost == onLost)
  }

  @Test func defaultsAreModest() {
    let job = load(job: "every: 1s").job
    #expect(job?.precision == .grid && job?.overlap == .skip && job?.retry.attempts == 1)
    #expect(job?.cadence.phase == nil && job?.cadence.jitter == .zero)
  }

  @Test(arguments: [
    ("every: 30", "'30' does not fit 'every'", "30s"),
    ("every: 5 minutes", "'5 minutes' does not fit 'every'", "5m"),
    ("every: 0s", "'0s' is out of range for 'every'", nil),
    ("every: 10us", "'10us' is out of range for 'every'", nil),
    ("every: -1s", "'-1s' does not fit 'every'", nil),
    ("every: [1s]", "'every' is a list", nil),
    ("every:", "'every' has no value", nil),
    ("every: 999999999999d", "'999999999999d' does not fit 'every'", nil),
    ("every: 1s\ntimeout: 0s", "'0s' is out of range for 'timeout'", nil),
    ("every: 1s\nenabled: yes", "'yes' does not fit 'enabled'", nil),
    ("every: 1s\npriority: 1.5", "'1.5' does not fit 'priority'", nil),
    ("every: 1s\npriority: 5000", "'5000' is out of range for 'priority'", nil),
    ("every: 1s\ngroup: solna", "unknown group 'solna'", "solana"),
    ("every: 1s\ngrant: trade", "'grant' is 'trade'", nil),
    ("every: 1s\nretry: { attempts: 0 }", "'0' is out of range for 'attempts'", nil),
    ("every: 1s\nretry: { tries: 2 }", "unknown key 'tries' in 'retry'", nil),
    ("every: 1s\nretry: { backoff: 1m..1s }", "'1m..1s' is out of range for 'backoff'", nil),
    ("every: 1s\nretry: { backoff: fast }", "'fast' does not fit 'backoff'", nil),
    ("every: 1s\nmisfire: lastest", "'lastest' does not fit 'misfire'", "latest"),
    ("every: 1s\nmisfire: { all: 0 }", "'0' is out of range for 'all'", nil),
    ("every: 1s\nmisfire: { some: 1 }", "'misfire' is a mapping", nil),
    ("every: 1s\nmisfire: {}", "'misfire' is a mapping", nil),
    ("on: rebuild", "'rebuild' does not fit 'on'", "signal.rebuild"),
    ("on: [signal.a, signal.a]", "'signal.a' is listed twice", nil),
    ("on: {}", "'on' is a mapping", nil),
    ("at: tomorrow", "'tomorrow' does not fit 'at'", nil),
    ("at: 2026-02-30T00:00:00Z", "'2026-02-30T00:00:00Z' does not fit 'at'", nil),
    ("every: 1s\nphase: 2s", "'phase' is not shorter than 'every'", nil),
    ("every: 1s\njitter: 1s", "'jitter' is not shorter than 'every'", nil),
    ("idle: 1s\nphase: 2s", "'phase' without 'every'", nil),
    ("every: 1s\ntimezone: UTC", "'timezone' without 'cron'", nil),
    ("cron: '@daily'\ntimezone: Europe/Berln", "unknown time zone 'Europe/Berln'", nil),
    ("cron: '@daily'\ndst: { gap: jump }", "'jump' does not fit 'gap'", nil),
    ("cron: '61 * * * *'", "'cron': '61' is no minute", nil),
    ("every: 1s\nmanual: true", "'manual' beside 'every'", nil),
    ("manual: true\non: signal.x", "'manual' beside 'on'", nil),
    ("manual: sometimes", "'sometimes' does not fit 'manual'", nil),
    ("every: 1s\nparameters: [a]", "'parameters' is a list", nil),
    ("every: 1s\nparameters: { a: [1] }", "'a' is a list", nil),
    ("every: 1s\nparameters: { a: }", "'a' has no value", nil),
    ("every: 1s\napi: 1", "unknown key 'api'", nil),
  ])
  func wrongValuesAreRefused(keys: String, message: String, suggestion: String?) {
    let loaded = load(job: keys)
    #expect(loaded.messages == [message])
    #expect(loaded.diagnostics.first?.suggestion == suggestion)
    #expect(loaded.table == nil)
  }

  @Test(arguments: [
    ("manual: true", 0), ("manual: false", 1), ("enabled: false", 0), ("job: x", 1),
  ])
  func onlyAJobThatSaysSoLacksACadenceSilently(keys: String, warnings: Int) throws {
    let loaded = load(job: keys)
    #expect(loaded.summaries.count == warnings)
    #expect(try #require(loaded.job).description.hasSuffix("(Idle, manual)"))
  }

  @Test func cronErrorsPointIntoTheExpression() {
    let loaded = load(job: "cron: \"0 9 * * MON-FRY\"")
    #expect(loaded.summaries == ["jobs.yaml:6:24: error: 'cron': 'FRY' is no day of week"])
    #expect(loaded.diagnostics.first?.length == 3)
  }

  @Test func aJobNeedsAPlugin() {
    let loaded = load("version: 1\njobs:\n  a: { every: 1s }\n  b: { plugin: ../x, every: 1s }\n")
    #expect(loaded.messages == ["job 'a' names no plugin", "'../x' cannot name a plugin"])
  }

  @Test func settingsAreRead() throws {
    let table = try #require(
      load(
        """
        version: 1
        host: { workers: 4, worker_memory: 512 MiB, settle: 50ms, pins: { Idle: sha256:\(String(repeating: "aB", count: 32)) } }
        venue: { seed: 18446744073709551615, start_price: 0.02 SOL, volatility: 3%, replay: bars.csv, speed: 60 }
        swarm: { wallets: 5, usdc: 10 USD }
        telemetry: { level: debug, metrics_port: 9100 }
        groups: { solana: 2 }
        jobs: {}
        """
      ).table)
    #expect(table.host.workers == 4 && table.host.workerMemory == 512 << 20)
    #expect(table.host.settle == .milliseconds(50))
    #expect(table.host.pins == ["Idle": String(repeating: "ab", count: 32)])
    #expect(table.venue.seed == .max && table.venue.startPrice == 0.02)
    #expect(table.venue.volatility == 3 && table.venue.replay == "bars.csv")
    #expect(table.swarm.wallets == 5 && table.swarm.usdc == 10)
    #expect(table.telemetry.level == .debug && table.telemetry.metricsPort == 9_100)
    #expect(table.groups == ["solana": 2])
  }

  @Test func listsOfRulesAreReadAndCompared() throws {
    func table(_ rules: String) throws -> JobTable {
      try #require(load("version: 1\njobs: {}\nrisk: { breakers: [\(rules)] }\n").table)
    }
    let one = "{ on: loss, limit: 5 SOL, window: 2h }"
    let two = "{ on: reverts, limit: 3, lock: 90s }"
    let both = try table("\(one), \(two)")
    #expect(both.risk.breakers.map(\.on) == [.loss, .reverts])
    #expect(both.risk.breakers.map(\.limit) == ["5 SOL", "3"])
    #expect(both.risk.breakers.map(\.window) == [.seconds(7_200), .seconds(3_600)])
    #expect(both.risk.breakers.map(\.lock) == [.seconds(1_800), .seconds(90)])
    let diff = TableDiff(from: try table(two), to: both)
    #expect(
      diff.text.contains(
        "risk.breakers: [{on: reverts, limit: 3, window: 1h, lock: 1m30s}] -> "
          + "[{on: loss, limit: 5 SOL, window: 2h, lock: 30m}, "), "\(diff.text)")
    let wrong = load(
      "version: 1\njobs: {}\nrisk:\n  breakers:\n    - on: loss\n      limit: 7%\n")
    #expect(wrong.summaries == ["jobs.yaml:6:14: error: '7%' does not fit 'limit'"])
    #expect(wrong.diagnostics.first?.expected == "SOL such as 5 SOL")
  }

  @Test(arguments: [
    ("host: { workers: 0 }", "'0' is out of range for 'workers'"),
    ("host: { worker_memory: 5 apples }", "'5 apples' does not fit 'worker_memory'"),
    ("host: { pins: { A: abc } }", "'abc' does not fit 'A'"),
    ("venue: { kind: simulater }", "'simulater' does not fit 'kind'"),
    ("bundles: { max_tip: 1 USD }", "'1 USD' does not fit 'max_tip'"),
    ("telemetry: { metrics_port: 80 }", "'80' does not fit 'metrics_port'"),
    ("storage: { dtabase: x }", "unknown key 'dtabase' in 'storage'"),
    ("risk: { breakers: { on: loss } }", "'breakers' is a mapping"),
    ("risk: { breakers: [ loss ] }", "'breakers' is 'loss'"),
    ("risk: { breakers: [ { on: luck, limit: 5 } ] }", "'luck' does not fit 'on'"),
    ("risk: { breakers: [ { on: loss, limit: 5% } ] }", "'5%' does not fit 'limit'"),
    ("risk: { breakers: [ { on: drawdown, limit: 0 } ] }", "'0' does not fit 'limit'"),
    ("risk: { breakers: [ { on: reverts } ] }", "'limit' is missing"),
    (
      "risk: { breakers: [ { on: reverts, limit: 5, windw: 1h } ] }",
      "unknown key 'windw' in 'breakers'"
    ),
    ("groups: { a: 0 }", "'0' is out of range for 'a'"),
    ("api: { port: 1 }", "unknown key 'api'"),
  ])
  func wrongSettingsAreRefused(line: String, message: String) {
    #expect(load("version: 1\njobs: {}\n\(line)\n").messages == [message])
  }

  @Test(
    arguments: [
      ("512 MiB", 512 << 20), ("2GB", 2_000_000_000), ("4_096", 4_096), ("1KiB", 1_024), ("0", 0),
      ("-1", nil), ("MiB", nil), ("1.5 GiB", nil), ("9999999999 GiB", nil),
    ] as [(String, Int64?)])
  func sizesAreParsed(text: String, bytes: Int64?) {
    #expect(ByteSize.parse(text) == bytes)
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
      ("2024-02-29T23:59:59.25-08:00", "2024-03-01T07:59:59.250000000Z"),
      ("2026-12-31t00:00:00z", "2026-12-31T00:00:00Z"),
      ("2026-1-01T00:00:00Z", nil), ("2026-01-01", nil), ("2026-01-01T24:00:00Z", nil),
      ("2026-01-01T00:00:00", nil), ("1969-12-31T23:59:59Z", nil),
    ] as [(String, String?)])
  func timesAreParsed(text: String, normal: String?) {
    #expect(CalendarTime.parse(text).map(CalendarTime.text) == normal)
  }
}
