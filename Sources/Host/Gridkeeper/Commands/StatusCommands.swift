import Isolation
import PluginAPI

extension Commands {
  static let status = Command(
    name: "status", summary: "Show the host, its workers and its jobs",
    options: [Command.Option(name: "watch", help: "show it anew every second until interrupted")]
  ) { arguments, surroundings in
    let client = try HostClient(arguments, surroundings)
    guard arguments.switches.contains("watch") else {
      try await showStatus(client, arguments, surroundings)
      return .success
    }
    if surroundings.output.isTerminal { surroundings.output.write("\u{1B}[2J") }
    while true {
      try await showStatus(client, arguments, surroundings, over: surroundings.output.isTerminal)
      try await surroundings.pause(.seconds(1))
    }
  }

  static let jobs = Command(
    name: "jobs", summary: "Show the jobs",
    options: [Command.Option(name: "names", help: "only their names, one a line")]
  ) { arguments, surroundings in
    let json = try await HostClient(arguments, surroundings).ask("status")
    let answer: HostAnswer = try JSONText.decode(json)
    if arguments.switches.contains("names") {
      for job in answer.jobs { surroundings.output.line(job.name) }
    } else if arguments.switches.contains("json") {
      surroundings.output.line(try JSONText.encode(answer.jobs))
    } else {
      surroundings.output.line(
        StatusText(answer: answer).jobs(
          surroundings.style(for: arguments), columns: surroundings.columns))
    }
    return .success
  }

  private static func showStatus(
    _ client: HostClient, _ arguments: Arguments, _ surroundings: Surroundings,
    over isScreen: Bool = false
  ) async throws {
    let json = try await client.ask("status")
    if arguments.switches.contains("json") { return surroundings.output.line(json) }
    let text = StatusText(answer: try JSONText.decode(json))
    let style = surroundings.style(for: arguments)
    let columns = surroundings.columns
    let parts = [
      text.head(style), text.workers(style, columns: columns), text.jobs(style, columns: columns),
    ]
    let page = parts.joined(separator: "\n\n")
    surroundings.output.write(isScreen ? overwriting(page) : page + "\n")
  }

  /// Written over the page before, line by line, so that the screen does not flicker.
  private static func overwriting(_ page: String) -> String {
    "\u{1B}[H" + page.replacing("\n", with: "\u{1B}[K\n") + "\u{1B}[K\u{1B}[J"
  }
}
