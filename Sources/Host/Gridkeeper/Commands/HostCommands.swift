import Isolation
import PluginAPI
import Scheduler

// What is asked of a running host.
extension Commands {
  static let jobOperand = Command.Operand(
    name: "JOB", help: "the job's name in the table", completion: .jobs)
  static let noteOption = Command.Option(
    name: "note", value: "TEXT", help: "why, for whoever looks later")

  static let runs = Command(
    name: "runs", summary: "Show the newest runs of a job, or of all",
    discussion: """
      Every run of a job that can move money is recorded; of other jobs, runs that failed and those
      that an operator started. 'status' counts them all.
      """,
    operands: [
      Command.Operand(
        name: "JOB", help: "one job instead of all", isOptional: true, completion: .jobs)
    ],
    options: [Command.Option(name: "count", value: "N", help: "how many (20)")]
  ) { arguments, surroundings in
    var words = ControlDesk.Words(job: arguments.operand(0))
    words.limit = try arguments.number("count", in: 1...1_000, default: 20)
    let json = try await HostClient(arguments, surroundings).ask("runs", words)
    if arguments.switches.contains("json") {
      surroundings.output.line(json)
    } else {
      let rows: [RunRow] = try JSONText.decode(json)
      let nothing = "no run is recorded; see 'runs --help' for which ones are"
      let table = RunTable(rows: rows).text(
        surroundings.style(for: arguments), columns: surroundings.columns)
      surroundings.output.line(rows.isEmpty ? nothing : table)
    }
    return .success
  }

  static let why = Command(
    name: "why", summary: "Tell why a job has not run or will not run",
    operands: [jobOperand]
  ) { arguments, surroundings in
    let client = try HostClient(arguments, surroundings)
    let json = try await client.ask("why", ControlDesk.Words(job: arguments.operands[0]))
    if arguments.switches.contains("json") {
      surroundings.output.line(json)
    } else {
      let report: WhyReport = try JSONText.decode(json)
      let style = surroundings.style(for: arguments)
      surroundings.output.line(WhyText(report: report, now: surroundings.time.wall).text(style))
    }
    return .success
  }

  static let trigger = action(
    "trigger", "Run a job now", operands: [jobOperand],
    options: [
      Command.Option(
        name: "force", help: "even beside a running run, or while paused or in quarantine")
    ])
  static let pause = action(
    "pause", "Start no more runs of a job", operands: [jobOperand], options: [noteOption])
  static let resume = action(
    "resume", "End a job's pause, quarantine or hold, and its worker's breaker",
    operands: [jobOperand])
  static let enable = action(
    "enable", "Switch a job on in the table and reload", operands: [jobOperand])
  static let disable = action(
    "disable", "Switch a job off in the table and reload", operands: [jobOperand])
  static let kill = action(
    "kill", "Halt all trading and cancel every order", options: [noteOption])
  static let clear = action("clear", "End a halt made by 'kill'", options: [noteOption])

  /// A command whose answer is a sentence.
  private static func action(
    _ name: String, _ summary: String, operands: [Command.Operand] = [],
    options: [Command.Option] = []
  ) -> Command {
    Command(name: name, summary: summary, operands: operands, options: options) {
      arguments, surroundings in
      var words = ControlDesk.Words(job: arguments.operand(0), note: arguments.values["note"])
      words.force = arguments.switches.contains("force")
      let json = try await HostClient(arguments, surroundings).ask(name, words)
      let answer: SentenceAnswer = try JSONText.decode(json)
      surroundings.output.line(arguments.switches.contains("json") ? json : answer.text)
      return .success
    }
  }

  static let metrics = Command(
    name: "metrics", summary: "Print the host's metrics in the Prometheus text format"
  ) { arguments, surroundings in
    let json = try await HostClient(arguments, surroundings).ask("metrics")
    let answer: SentenceAnswer = try JSONText.decode(json)
    surroundings.output.write(arguments.switches.contains("json") ? json + "\n" : answer.text)
    return .success
  }

  static let events = Command(
    name: "events", summary: "Show the newest events, and follow new ones",
    options: [
      Command.Option(name: "follow", help: "go on with new ones until interrupted"),
      Command.Option(name: "count", value: "N", help: "how many of the newest first (20)"),
    ]
  ) { arguments, surroundings in
    var words = ControlDesk.Words()
    words.follow = arguments.switches.contains("follow")
    words.limit = try arguments.number("count", in: 0...1_000, default: 20)
    let style = surroundings.style(for: arguments)
    let isJSON = arguments.switches.contains("json")
    try await HostClient(arguments, surroundings).follow("events", words) { json in
      surroundings.output.line(isJSON ? json : try EventText(json).text(style))
    }
    return .success
  }
}
