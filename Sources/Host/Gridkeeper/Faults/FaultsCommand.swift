import Exchange
import FoundationEssentials
import Glibc
import Isolation
import Lab

extension Commands {
  /// The fault simulation.
  static let faults = Command(
    name: "faults",
    summary: "Live through simulated faults and check that nothing is lost or doubled",
    discussion: """
      Each seed is the whole life of a host, its store, its workers and the exchange on virtual time,
      in which crashes, lost and doubled messages, full disks, clock steps and bad edits happen. The
      same seed gives the same life. Ends with code 1 when a promise was broken.
      """,
    options: [
      Command.Option(name: "seeds", value: "N", help: "how many lives (100)"),
      Command.Option(name: "first", value: "SEED", help: "the first seed (1)"),
      Command.Option(name: "every", value: "N", help: "take each Nth seed, to share them out (1)"),
      Command.Option(
        name: "plugins", value: "DIRECTORY", help: "where the plugins are (beside the program)",
        completion: .file),
      Command.Option(name: "verbose", help: "show the hosts' logs"),
      Command.Option(name: "json", help: "write the figures as JSON"),
    ]
  ) { arguments, surroundings in
    WorkQueue.workImmediately()
    let count = try arguments.number("seeds", in: 1...1_000_000, default: 100)
    let first = try arguments.number("first", in: 0...1_000_000_000, default: 1)
    let step = try arguments.number("every", in: 1...1_000, default: 1)
    let program = try ExecutablePath.own()
    let plugins =
      arguments.values["plugins"]
      ?? String(program[..<(program.lastIndex(of: "/") ?? program.endIndex)])
    var report = LivesReport()
    for number in 0..<count {
      let seed = UInt64(first + number * step)
      var plan = Life.Plan(seed: seed, plugins: plugins)
      plan.isVerbose = arguments.switches.contains("verbose")
      let life = try await Life(plan).run()
      for violation in life.violations {
        surroundings.errors.line("seed \(seed): \(violation)")
      }
      report.add(life)
    }
    surroundings.output.line(
      arguments.switches.contains("json") ? try JSONText.encode(report) : report.text)
    return report.violations.isEmpty ? .success : .failure
  }
}

extension LivesReport {
  /// The figures for people.
  var text: String {
    let total = faults.values.reduce(0, +)
    var lines = [
      "\(seeds) lives, \(starts) starts of a host, \(runs) runs, \(total) faults, "
        + "\(violations.count) violations"
    ]
    lines += faults.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
    lines += bundles.sorted { $0.key < $1.key }.map { "  bundles \($0.key): \($0.value)" }
    return lines.joined(separator: "\n")
  }
}
