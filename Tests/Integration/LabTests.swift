import FoundationEssentials
import Glibc
import Lab
import Testing

@testable import Gridkeeper

/// Runs of the Lab in processes of their own, as people start them.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LabTests {
  private static let plugins = [
    "GridRebalancer", "FlashVolume", "MarketNoise", "RentRecovery", "FinancialInjection",
    "EntropyRefresh", "TargetControl", "MarketCreator",
  ]

  /// A folder with the shipped table and all plugins.
  private static func folder() throws -> HostFolder {
    let folder = try HostFolder()
    let shipped = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let text = try Data(contentsOf: URL(filePath: "/\(shipped)/jobs.yaml"))
    try folder.write(String(decoding: text, as: UTF8.self))
    return folder
  }

  /// Runs the Lab on the folder's table, with all plugins of this build.
  private static func run(_ folder: HostFolder, _ words: [String]) async throws -> CommandCall {
    try await CommandCall.run(
      HostFolder.executable,
      ["lab", "run", "--jobs", folder.table, "--plugins", HostFolder.products] + words,
      environment: folder.environment, limit: .seconds(240))
  }

  private static func report(_ folder: HostFolder, _ words: [String]) async throws -> LabReport {
    let call = try await run(folder, words + ["--json", "-"])
    #expect(call.exit == .success, "\(call.errors)")
    return try LabReport(json: Data(call.output.utf8), name: "output")
  }

  @Test("the same words give the same report, byte for byte; another seed gives another one")
  func repeatable() async throws {
    let folder = try Self.folder()
    let words = ["--scenario", "flash_crash", "--days", "0.01", "--json", "-"]
    let first = try await Self.run(folder, words)
    let second = try await Self.run(folder, words)
    #expect(first.exit == .success, "\(first.errors)")
    #expect(first.output.utf8.count > 10_000)
    #expect(first.output == second.output)
    let other = try await Self.run(folder, words + ["--seed", "8"])
    #expect(other.output != first.output)
  }

  @Test(
    "whatever happens on the market, all that must hold holds",
    arguments: [
      "flat", "flash_crash", "pump", "sol_rally", "sol_crash", "thin_liquidity", "whale_wall",
      "stale_oracle", "venue_outage", "bundle_drops",
    ])
  func invariants(_ scenario: String) async throws {
    let folder = try Self.folder()
    for seed in 1...2 {
      let report = try await Self.report(
        folder, ["--scenario", scenario, "--days", "0.006", "--seed", "\(seed)"])
      for invariant in report.invariants {
        #expect(invariant.holds, "\(scenario) \(seed): \(invariant.name): \(invariant.detail)")
      }
      #expect(report.invariants.count == 7)
      #expect(report.grid.placed > 0)
      #expect(report.setup.seconds == 518)
    }
  }

  @Test("a trader looks at a replay: the grid follows, inventory stays within limits")
  func replay() async throws {
    let folder = try Self.folder()
    // Two hours of one-minute bars: up a fifth, and back below where it began.
    var lines = ["open_time,open,high,low,close,volume"]
    for minute in 0..<120 {
      let rise = minute < 60 ? Double(minute) / 300 : 0.2 - Double(minute - 60) * 0.22 / 60
      let price = 100 * (1 + rise)
      let time = 1_700_000_000 + minute * 60
      lines.append("\(time),\(price),\(price + 0.1),\(price - 0.1),\(price),9")
    }
    try folder.write(lines.joined(separator: "\n"), to: "bars.csv")
    let report = try await Self.report(folder, ["--replay", folder.file("bars.csv")])
    #expect(report.setup.scenario == "replay")
    #expect(report.setup.seconds == 7_200)
    #expect(report.setup.start == 1_700_000_000)
    // It follows: orders stand on both sides, and the own best prices enclose the market.
    #expect(report.grid.quotedShare > 0.95)
    #expect(report.grid.rebuilds.values.reduce(0, +) > 300)
    let mids = try #require(report.series.first { $0.name == "mid" }).values
    let (lowest, highest) = (try #require(mids.min()), try #require(mids.max()))
    #expect(highest / lowest > 1.15)
    #expect(
      report.trading.sample.allSatisfy { $0.price > lowest * 0.97 && $0.price < highest * 1.03 })
    // It rises and falls: inventory was sold on the way up and bought on the way down.
    #expect(report.trading.soldLots > 0)
    #expect(report.trading.boughtLots > 0)
    #expect(report.grid.highestTokenShare < 0.6)
    #expect(report.grid.lowestTokenShare > 0.2)
    #expect(report.trading.fills > 20)
    #expect(report.trading.unexplained == 0)
    #expect(report.trading.reasons.keys.contains { $0.hasPrefix("grid-rebalancer") })
    #expect(report.holds)
  }

  @Test("a report is written as JSON and as a page, and compared")
  func files() async throws {
    let folder = try Self.folder()
    for seed in ["1", "2"] {
      let call = try await Self.run(
        folder,
        [
          "--days", "0.003", "--seed", seed, "--json", folder.file("\(seed).json"), "--html",
          folder.file("\(seed).html"),
        ])
      #expect(call.exit == .success, "\(call.errors)")
      #expect(call.output.contains("holds  every slot ended once"))
    }
    #expect(try folder.read("1.html").contains("<svg"))
    let words = ["lab", "compare", folder.file("1.json"), folder.file("2.json")]
    let text = try await CommandCall.run(words, in: folder)
    #expect(text.exit == .success)
    #expect(text.output.contains("differs in seed: 1 against 2"))
    let json = try await CommandCall.run(words + ["--json", "-"], in: folder)
    let comparison = try JSONDecoder().decode(LabComparison.self, from: Data(json.output.utf8))
    #expect(comparison.cautions == ["seed: 1 against 2"])
  }

  struct Mistake: Sendable {
    let words: [String]
    let exit: ExitCode
    let says: String
  }

  @Test(
    "bad words and bad files are told with what was expected",
    arguments: [
      Mistake(
        words: ["run", "--scenario", "flash_crush"], exit: .usage,
        says: "there is no scenario 'flash_crush', did you mean 'flash_crash'?"),
      Mistake(
        words: ["run", "--seed", "x"], exit: .usage, says: "--seed takes a whole number from 0"),
      Mistake(words: ["run", "--days", "0"], exit: .usage, says: "--days takes a number from"),
      Mistake(
        words: ["run", "--scenario", "replay"], exit: .usage,
        says: "the scenario 'replay' needs --replay FILE, or venue.replay in the table"),
      Mistake(
        words: ["run", "--replay", "/nowhere.csv"], exit: .failure, says: "/nowhere.csv: "),
      Mistake(words: ["run", "--jobs", "/nowhere.yaml"], exit: .badTable, says: "/nowhere.yaml"),
      Mistake(words: ["runn"], exit: .usage, says: "did you mean 'run'?"),
      Mistake(words: ["compare", "/nowhere.json"], exit: .usage, says: "needs two reports"),
      Mistake(
        words: ["compare", "/nowhere.json", "/nowhere.json"], exit: .failure,
        says: "/nowhere.json: cannot be read"),
      Mistake(
        words: ["compare", "jobs.yaml", "jobs.yaml"], exit: .failure,
        says: "jobs.yaml: expected a report that 'lab run --json' wrote"),
    ])
  func mistakes(_ mistake: Mistake) async throws {
    let folder = try Self.folder()
    var words = mistake.words.map { $0 == "jobs.yaml" ? folder.table : $0 }
    if words[0] == "run" {
      if !words.contains("--jobs") { words += ["--jobs", folder.table] }
      words += ["--plugins", HostFolder.products]
    }
    let call = try await CommandCall.run(["lab"] + words, in: folder)
    #expect(call.exit == mistake.exit, "\(call.errors)")
    #expect(call.errors.contains(mistake.says), "\(call.errors)")
  }

  @Test("a table that does not check shows its errors where they are; nothing runs")
  func badTable() async throws {
    let folder = try HostFolder(plugins: "Idle")
    try folder.write(
      HostFolder.table("  idle: { plugin: Idel, every: 1s }\n  other: { plugin: Idle, every: 1x }"))
    let call = try await Self.run(folder, [])
    #expect(call.exit == .badTable)
    #expect(call.errors.contains("jobs.yaml:"))
    #expect(call.output.isEmpty)
  }

  @Test("a plugin that is missing is named, with the near one")
  func missingPlugin() async throws {
    let folder = try HostFolder(plugins: "Idle")
    try folder.write(HostFolder.table("  idle: { plugin: Idel, every: 1s }"))
    let call = try await Self.run(folder, [])
    #expect(call.exit == .badTable)
    #expect(call.errors.contains("no plugin 'Idel'"))
    #expect(call.errors.contains("Idle"))
  }

  private func misbehaving(_ kind: String) throws -> HostFolder {
    let folder = try HostFolder(plugins: "Misbehaving", "Idle")
    try folder.write(
      HostFolder.table(
        "  bad: { plugin: Misbehaving, job: \(kind), every: 10s, timeout: 5s, on_lost: skip }\n"
          + "  idle: { plugin: Idle, every: 1s }"))
    return folder
  }

  @Test("a job that traps or exits ends the Lab, and the Lab says whose fault it was")
  func trap() async throws {
    for (kind, deed) in [("trap", "trapped and ended"), ("exit", "ended the Lab's process")] {
      let folder = try misbehaving(kind)
      let child = try ChildProcess(
        HostFolder.executable,
        [
          "lab", "run", "--days", "0.001", "--jobs", folder.table, "--plugins",
          HostFolder.products,
        ], environment: folder.environment)
      #expect(try await child.waitForEnd() != .exited(0))
      _ = await child.errors.first { _ in false }
      #expect(
        child.errors.text.contains("the job 'bad' of plugin 'Misbehaving' \(deed)"),
        "\(child.errors.text)")
    }
  }

  @Test("jobs that throw or hang end as failures; others run on")
  func contained() async throws {
    for (kind, outcome) in [("throw", "failed"), ("hang", "timed_out")] {
      let folder = try misbehaving(kind)
      let report = try await Self.report(folder, ["--days", "0.001"])
      let bad = try #require(report.jobs.first { $0.job == "bad" })
      #expect(bad.outcomes[outcome, default: 0] > 3, "\(kind): \(bad.outcomes)")
      let idle = try #require(report.jobs.first { $0.job == "idle" })
      #expect(idle.outcomes.values.reduce(0, +) == 86)
      #expect(report.holds)
    }
  }
}
