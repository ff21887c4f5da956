import FoundationEssentials
import Isolation
import Network
import Supervisor

extension Commands {
  static let tableOperand = Command.Operand(
    name: "TABLE", help: "the job table (jobs.yaml)", isOptional: true, completion: .file)

  /// Runs the host in the foreground.
  static let run = Command(
    name: "run", summary: "Run the host until it is told to stop",
    discussion: """
      The table is read, checked and put into force; from then on it is watched, and every good
      change comes into force by itself. SIGHUP reads it at once, SIGUSR1 halts all trading, SIGINT
      and SIGTERM end the host.
      """,
    operands: [tableOperand],
    options: [
      Command.Option(
        name: "replay", value: "FILE", help: "drive the outside market from an OHLCV file",
        completion: .file),
      Command.Option(
        name: "speed", value: "FACTOR", help: "how many times faster than real it runs (1)"),
    ]
  ) { arguments, surroundings in
    let options = try hostOptions(arguments, surroundings)
    ProcessLauncher.hideHost()
    try makeFolder(of: options.socket)
    let host = try await HostLauncher(options: options).launch()
    let control = makeControl(host, options)
    await announce(host, surroundings)
    try await host.run(control: control)
    return .success
  }

  private static func hostOptions(_ arguments: Arguments, _ surroundings: Surroundings) throws
    -> HostOptions
  {
    var options = HostOptions(
      table: TablePaths(table: arguments.operand(0) ?? "jobs.yaml"),
      socket: HostClient.socket(arguments, surroundings), environment: surroundings.environment,
      executable: try ExecutablePath.own(), time: surroundings.time)
    options.replay = arguments.values["replay"]
    if let text = arguments.values["speed"] {
      guard let speed = Double(text), (0.001...1_000_000).contains(speed) else {
        throw UsageError("--speed takes a factor from 0.001 to 1000000, not '\(text)'")
      }
      options.speed = speed
    }
    return options
  }

  private static func makeFolder(of path: String) throws {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
    try FileManager.default.createDirectory(
      atPath: String(path[..<slash]), withIntermediateDirectories: true)
  }

  private static func makeControl(_ host: Host, _ options: HostOptions) -> ControlServer {
    let desk = ControlDesk(host: host)
    return ControlServer(path: options.socket, loop: host.parts.loop, log: host.parts.log) {
      try await desk.handle($0, $1)
    }
  }

  private static func announce(_ host: Host, _ surroundings: Surroundings) async {
    let answer = await host.answer()
    let enabled = answer.jobs.count { $0.isEnabled }
    surroundings.output.line(
      """
      \(Program.name) \(Program.version) runs \(enabled) jobs of \(answer.table), generation \
      \(answer.generation), on \(answer.venue)
      """)
    if surroundings.output.isTerminal {
      surroundings.output.line(
        "'\(Program.name) status --watch' in another terminal shows it; Ctrl-C here ends it")
    }
    if let degradation = answer.degradation {
      surroundings.errors.line(
        "\(degradation)\nwarning: the last good table runs instead, generation \(answer.generation)"
      )
    }
  }
}
