extension Commands {
  static let audit = Command(
    name: "audit", summary: "Show what operators did, and who did it",
    discussion: """
      Every plan, reload, trigger, pause, resume, enable, disable, kill and clear is written down, also
      one that was refused, with the user and the process that asked for it. Entries are never removed.
      """,
    options: [Command.Option(name: "count", value: "N", help: "how many of the newest (20)")]
  ) { arguments, surroundings in
    var words = ControlDesk.Words()
    words.limit = try arguments.number("count", in: 1...1_000, default: 20)
    let json = try await HostClient(arguments, surroundings).ask("audit", words)
    guard !arguments.switches.contains("json") else {
      surroundings.output.line(json)
      return .success
    }
    let rows: [AuditRow] = try JSONText.decode(json)
    let table = AuditTable(rows: rows).text(
      surroundings.style(for: arguments), columns: surroundings.columns)
    surroundings.output.line(rows.isEmpty ? "nobody asked for anything yet" : table)
    return .success
  }
}
