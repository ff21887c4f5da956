import Bundles
import Glibc
import Isolation
import Network
import Scheduler
import Storage

// What operators do, written down with who did it.
extension ControlDesk {
  /// Verbs that are written down.
  static let audited: Set<String> = [
    "plan", "reload", "trigger", "pause", "resume", "enable", "disable", "kill", "clear",
  ]

  /// Carries out `body` and writes down who asked for it, how what it was about stood before and
  /// afterwards, and what was answered. A disk that takes no record keeps nobody from acting.
  func audited<Answer: Sendable>(
    _ request: ControlRequest, _ words: Words, _ summary: (Answer) -> String,
    _ body: () async throws -> Answer
  ) async throws -> Answer {
    var entry = AuditRecord(
      time: host.options.time.wall, who: await name(of: request.peer), action: request.verb,
      job: words.job ?? "", before: await standing(request.verb, words), detail: "")
    do {
      let answer = try await body()
      entry.detail = summary(answer)
      await finish(entry, request.verb, words)
      return answer
    } catch {
      entry.detail = "refused: \(error)"
      await finish(entry, request.verb, words)
      throw error
    }
  }

  private func finish(_ entry: AuditRecord, _ verb: String, _ words: Words) async {
    var entry = entry
    entry.after = await standing(verb, words)
    if let note = words.note { entry.detail = "\(note): \(entry.detail)" }
    await host.backlog.write(entry)
  }

  /// How that stands which the verb is about.
  private func standing(_ verb: String, _ words: Words) async -> String {
    switch verb {
    case "kill", "clear": return await host.trading().mode.rawValue
    case "plan", "reload": return "generation \(await host.force.generation)"
    default:
      guard let job = words.job else { return "" }
      return await host.parts.scheduler.status(of: job)?.state.rawValue ?? ""
    }
  }

  /// `anna (uid 1000, process 4711)`. The directory of users may be far away, so it is asked off the
  /// pool.
  private func name(of peer: ControlPeer) async -> String {
    let name = await WorkQueue(name: "users").run { Self.userName(peer.user) }
    return "\(name ?? "unknown") (uid \(peer.user), process \(peer.process))"
  }

  private static func userName(_ user: uid_t) -> String? {
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16_384)
    guard unsafe getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, unsafe found != nil
    else { return nil }
    return unsafe String(cString: entry.pw_name)
  }
}
