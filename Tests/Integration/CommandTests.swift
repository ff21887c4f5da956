import FoundationEssentials
import PluginAPI
import Scheduler
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// The command line against a running host, as operators and their scripts use it.
  @Suite struct CommandTests {
    static let table = HostFolder.table(
      """
        # Does nothing, often.
        idle: { plugin: Idle, every: 100ms }   # flow
        echo:
          plugin: Misbehaving   # the fixture
          job: echo
          every: 1h
          parameters:
            text: ho            # what it says
      """
    ).replacing("settle: 20ms", with: "settle: 60s")

    /// Whether a text is one JSON value after another, one a line.
    private func isJSON(_ text: String) -> Bool {
      let lines = text.split(separator: "\n")
      return !lines.isEmpty
        && lines.allSatisfy { line in
          (try? JSONDecoder().decode(AnyJSON.self, from: Data(line.utf8))) != nil
        }
    }

    @Test func everyCommandAnswersInJSON() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      try await host.until("it runs") { ($0.job("idle")?.ran ?? 0) > 0 }
      let calls = [
        ["status"], ["jobs"], ["runs"], ["runs", "echo", "--count", "3"], ["why", "idle"],
        ["trigger", "echo"], ["pause", "echo", "--note", "lunch"], ["resume", "echo"], ["plan"],
        ["reload", "--wait"], ["disable", "echo"], ["enable", "echo"], ["kill"], ["clear"],
        ["audit"],
        ["metrics"], ["events", "--count", "5"], ["check", folder.table],
        ["diff", folder.table, folder.table], ["next", "--table", folder.table, "--count", "2"],
        ["next", "idle", "--table", folder.table],
        ["plugins", "--plugins", folder.file("plugins")],
        ["plugins", "show", "Idle", "--plugins", folder.file("plugins")],
      ]
      for words in calls {
        let call = try await CommandCall.run(words + ["--json"], in: folder)
        #expect(call.exit == .success, "\(words): \(call.errors)")
        #expect(isJSON(call.output), "\(words): \(call.output)")
      }
      for words in calls where words.first != "plugins" {
        let call = try await CommandCall.run(words, in: folder)
        #expect(call.exit == .success, "\(words): \(call.errors)")
        #expect(!call.output.contains("\u{1B}["), "\(words): colour without a terminal")
      }
      let schema = try await CommandCall.run(
        ["schema", "--plugins", folder.file("plugins")], in: folder)
      #expect((try? JSONDecoder().decode(AnyJSON.self, from: Data(schema.output.utf8))) != nil)
      #expect(schema.output.contains("\"times\""))
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func withoutAHostClientsSaySo() async throws {
      let folder = try HostFolder()
      let calls = [
        ["status"], ["jobs"], ["runs"], ["why", "idle"], ["trigger", "idle"], ["pause", "idle"],
        ["resume", "idle"], ["enable", "idle"], ["disable", "idle"], ["plan"], ["reload"],
        ["kill"], ["clear"], ["audit"], ["events"], ["metrics"],
      ]
      for words in calls {
        let call = try await CommandCall.run(words, in: folder)
        #expect(call.exit == .noHost, "\(words)")
        #expect(call.errors.contains("no host answers on \(folder.socket)"), "\(words)")
      }
    }

    @Test func whatTheHostRefusesHasItsOwnExitCode() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      for verb in ["why", "trigger", "pause", "resume", "enable", "disable"] {
        let call = try await host.call(verb, "idel")
        #expect(call.exit == .refused, "\(verb)")
        #expect(call.errors.contains("there is no job 'idel', did you mean 'idle'?"), "\(verb)")
      }
      #expect(try await host.call("pause").exit == .usage)
      #expect(try await host.call("next", "idel", "--table", folder.table).exit == .failure)
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func pauseResumeTriggerAndRuns() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      #expect(try await host.call("pause", "idle", "--note", "lunch").exit == .success)
      let paused = try await host.until("it is paused") { $0.job("idle")?.state == "paused" }
      let skipped = try await host.until("slots are skipped") { answer in
        (answer.job("idle")?.skipped ?? 0) > (paused.job("idle")?.skipped ?? 0) + 2
      }
      #expect(skipped.job("idle")?.ran == paused.job("idle")?.ran)
      #expect(try await host.call("why", "idle").output.contains("paused: lunch"))
      #expect(try await host.call("resume", "idle").exit == .success)
      try await host.until("it runs again") {
        ($0.job("idle")?.ran ?? 0) > (paused.job("idle")?.ran ?? 0)
      }

      let trigger = try await host.call("trigger", "echo")
      #expect(trigger.output.contains("echo runs as slot echo/manual/"))
      let runs = try await host.untilRuns(of: "echo", "it ran") { $0.first?.outcome == "done" }
      #expect(runs.first?.cause == "manual" && runs.first?.text == "ho echo 1 manual")
      #expect(runs.first?.generation == 1)
      #expect(try await host.call("runs", "echo").output.contains("ho echo 1 manual"))
      #expect(try await host.call("metrics").output.contains("# TYPE"))
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func enablingEditsTheTableInPlaceAndKeepsItsComments() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      for (number, job) in ["idle", "echo"].enumerated() {
        let generation = Int64(number * 2 + 2)
        #expect(try await host.call("disable", job).exit == .success)
        let disabled = try folder.read()
        #expect(disabled.contains("enabled: false"), "\(disabled)")
        for comment in ["# Does nothing, often.", "# flow", "# the fixture", "# what it says"] {
          #expect(disabled.contains(comment))
        }
        let status = try await host.status()
        #expect(status.job(job)?.isEnabled == false && status.generation == generation)
        #expect(try await host.call("why", job).output.contains("the table disables it"))
        #expect(try await host.call("disable", job).output.contains("already"))

        #expect(try await host.call("enable", job).exit == .success)
        #expect(try folder.read() == disabled.replacing("enabled: false", with: "enabled: true"))
        #expect(try await host.job(job)?.isEnabled == true)
      }
      #expect(try await CommandCall.run(["check", folder.table], in: folder).exit == .success)
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func aPlanIsCarriedOutAsShownOrNotAtAll() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      try folder.write(Self.table.replacing("every: 1h", with: "every: 2h"))
      let shown = try await host.call("plan")
      #expect(shown.exit == .success)
      #expect(shown.output.contains("1h -> 2h"), "\(shown.output)")
      let plan: PlanAnswer = try await host.ask("plan")
      #expect(plan.starts.map(\.job) == ["echo"])
      #expect(try await host.status().generation == 1)

      try folder.write(Self.table.replacing("every: 1h", with: "every: 3h"))
      let stale = try await host.call("reload", "--plan", plan.id)
      #expect(stale.exit == .refused)
      #expect(stale.errors.contains("stale"))
      #expect(try await host.status().generation == 1)

      let fresh: PlanAnswer = try await host.ask("plan")
      let done = try await host.call("reload", "--plan", fresh.id)
      #expect(done.exit == .success)
      #expect(done.output.contains("generation 2 is in force"))
      #expect(try await host.call("reload", "--plan", fresh.id).exit == .refused)

      try folder.write(Self.table.replacing("every: 1h", with: "every: never"))
      #expect(try await host.call("plan").exit == .badTable)
      #expect(try await host.terminate() == .exited(0))
    }
  }
}

/// Any JSON value.
private struct AnyJSON: Decodable {
  init(from decoder: any Decoder) throws {}
}
