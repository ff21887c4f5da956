import Bundles
import Exchange
import FoundationEssentials
import Isolation
import JobTable
import Lab
import Market
import PluginAPI

/// `gridkeeper lab run`: from the words of the call to the written report.
struct LabRunner {
  private let arguments: Arguments
  private let surroundings: Surroundings

  init(_ arguments: Arguments, _ surroundings: Surroundings) {
    self.arguments = arguments
    self.surroundings = surroundings
  }

  func run() async throws -> ExitCode {
    guard arguments.operand(1) == nil else { throw UsageError("lab run takes options only") }
    let words = try words()
    let (loaded, plugins) = try table()
    guard let table = loaded.table else { return .badTable }
    let setup = try setup(words, table, loaded.digest)
    let progress = LabProgress(surroundings.errors, time: SystemTime())
    let isQuiet = arguments.switches.contains("quiet")
    let report = try await LabRun(setup, plugins).run {
      if !isQuiet { progress.show($0) }
    }
    progress.finish()
    try write(report)
    return report.holds ? .success : .failure
  }

  // MARK: Words

  /// What the words of the call ask for.
  private struct Words {
    var scenario: ExchangeScenario
    var seed: UInt64
    var days: Double?
  }

  private func words() throws -> Words {
    Words(scenario: try scenario(), seed: try seed(), days: try days())
  }

  private func scenario() throws -> ExchangeScenario {
    let usual = arguments.values["replay"] == nil ? "flat" : "replay"
    let name = arguments.values["scenario"] ?? usual
    guard let scenario = ExchangeScenario.named(name) else {
      let names = ExchangeScenario.all.map(\.name)
      throw UsageError("there is no scenario '\(name)'\(near(name, names)); see 'lab list'")
    }
    return scenario
  }

  private func seed() throws -> UInt64 {
    guard let text = arguments.values["seed"] else { return 7 }
    guard let seed = UInt64(text) else {
      throw UsageError("--seed takes a whole number from 0 to \(UInt64.max), not '\(text)'")
    }
    return seed
  }

  private func days() throws -> Double? {
    guard let text = arguments.values["days"] else { return nil }
    guard let days = Double(text), (0.0001...3_660).contains(days) else {
      throw UsageError("--days takes a number from 0.0001 to 3660, not '\(text)'")
    }
    return days
  }

  /// As long as was asked for, but never longer than the file.
  private func length(_ words: Words, _ replay: ReplayFile?) -> Duration {
    guard let days = words.days else {
      return words.scenario.usualLength ?? replay?.length ?? .seconds(86_400)
    }
    let asked = Duration.seconds(Int64((days * 86_400).rounded()))
    return min(asked, replay?.length ?? asked)
  }

  // MARK: Table

  /// Loads the table, opens its plugins and checks both.
  private func table() throws -> (LoadedTable, LabPlugins) {
    let path = arguments.values["jobs"] ?? "jobs.yaml"
    let loaded = TableLoader(environment: surroundings.environment, fileName: path)
      .load(try bytes(of: path))
    guard let table = loaded.table else { throw refused(loaded.diagnostics, path) }
    let directory =
      arguments.values["plugins"] ?? TablePaths(table: path).resolve(table.host.plugins)
    let plugins = LabPlugins(of: table, in: directory)
    let findings = plugins.check(loaded)
    guard !findings.hasErrors else { throw refused(findings, path) }
    if !findings.isEmpty { surroundings.errors.line(findings.rendered(colored: false)) }
    return (loaded, plugins)
  }

  private func bytes(of path: String) throws(CommandFailure) -> [UInt8] {
    do { return try TableInspector.read(path) } catch {
      throw CommandFailure("\(path): \(error.description)", code: error.code)
    }
  }

  private func refused(_ diagnostics: [Diagnostic], _ path: String) -> CommandFailure {
    let isColoured =
      surroundings.errors.isTerminal && surroundings.style(for: arguments).isColoured
    surroundings.errors.line(diagnostics.rendered(colored: isColoured))
    return CommandFailure("\(path) has errors", code: .badTable)
  }

  private func setup(_ words: Words, _ table: JobTable, _ digest: UInt64) throws -> LabSetup {
    let replay = try replay(words.scenario, table)
    var setup = LabSetup(
      scenario: words.scenario, seed: words.seed, length: length(words, replay),
      start: replay?.start ?? LabSetup.usualStart, table: table, tableDigest: digest,
      exchange: try ExchangeSettings(table), limits: BundleLimits(table),
      pivot: PivotSettings(table))
    setup.channel = ChannelSettings(table.market)
    setup.book = { market, record, effects, time in
      await BundleBookings(market: market).landed(record, effects, at: time)
    }
    setup.replay = replay
    return setup
  }

  private func replay(_ scenario: ExchangeScenario, _ table: JobTable) throws -> ReplayFile? {
    guard scenario.name == "replay" else {
      guard arguments.values["replay"] == nil else {
        throw UsageError("--replay goes with the scenario 'replay', not '\(scenario.name)'")
      }
      return nil
    }
    let path = arguments.values["jobs"] ?? "jobs.yaml"
    let file = arguments.values["replay"] ?? table.venue.replay.map(TablePaths(table: path).resolve)
    guard let file else {
      throw UsageError("the scenario 'replay' needs --replay FILE, or venue.replay in the table")
    }
    do throws(MarketFileError) { return try ReplayFile(path: file) } catch {
      throw CommandFailure(error.description)
    }
  }

  // MARK: Report

  private func write(_ report: LabReport) throws {
    if let path = arguments.values["html"] {
      try LabFiles.write(Data(ReportPage(report).html.utf8), to: path, surroundings)
    }
    if let path = arguments.values["json"] {
      try LabFiles.write(try report.json, to: path, surroundings)
    }
    guard arguments.values["json"] != "-", arguments.values["html"] != "-" else { return }
    LabTexts.show(report, arguments, surroundings)
  }
}
