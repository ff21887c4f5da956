import Isolation
@_spi(Host) import PluginAPI
import Wire

@testable import Supervisor

/// Workers that are no processes: each greets with the next of the given capabilities, makes every
/// job, and leaves runs open until told.
final class ScriptedLauncher: WorkerLauncher {
  private let greetings: Guarded<[Set<Capability>]>
  let links = Guarded<[ScriptedLink]>([])

  init(capabilities: [Set<Capability>]) { greetings = Guarded(capabilities) }

  func launch(plugin: String) async throws(PluginProblem) -> any WorkerLink {
    let next = greetings.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    guard let next else { throw PluginProblem(plugin: plugin, "the script is over") }
    let number = links.withLock { $0.count + 1 }
    let link = ScriptedLink(pid: Int32(number), capabilities: next)
    links.withLock { $0.append(link) }
    return link
  }
}

final class ScriptedLink: WorkerLink {
  let pid: Int32
  let queued = 0
  let residentMemory: Int64? = nil
  private let capabilities: Set<Capability>
  private let state = Guarded<State>(State())

  private struct State {
    var decoder = FrameDecoder()
    var events: (@Sendable (LinkEvent) -> Void)?
    var received: [HostMessage] = []
  }

  init(pid: Int32, capabilities: Set<Capability>) {
    self.pid = pid
    self.capabilities = capabilities
  }

  /// What the host sent so far.
  var received: [HostMessage] { state.withLock { $0.received } }

  func open(_ events: @escaping @Sendable (LinkEvent) -> Void) {
    state.withLock { $0.events = events }
  }

  func send(_ frames: [UInt8]) {
    let messages = state.withLock { state -> [HostMessage] in
      state.decoder.append(frames)
      var messages: [HostMessage] = []
      while let frame = try? state.decoder.next(), let message = try? HostMessage(frame) {
        messages.append(message)
      }
      state.received += messages
      return messages
    }
    for message in messages { answer(message) }
  }

  func say(_ message: WorkerMessage) { emit(.messages([message])) }
  func kill() { emit(.exited(WorkerExit(code: nil, signal: 9, lastOutput: ""))) }
  func poll() {}

  private func emit(_ event: LinkEvent) { state.withLock { $0.events }?(event) }

  private func answer(_ message: HostMessage) {
    switch message {
    case .hello(let hello):
      let job = JobDescription(kind: "job", summary: "", capabilities: capabilities, parameters: [])
      say(
        .hello(
          WorkerHello(
            contract: 1, plugin: hello.plugin, version: "\(pid)", digest: "\(pid)", jobs: [job])))
    case .prepare(let request): say(.prepared(PreparedJobs(id: request.id, refused: [])))
    case .ping(let number): say(.pong(number))
    case .stop: emit(.exited(WorkerExit(code: 0, signal: nil, lastOutput: "")))
    case .release, .start, .cancel, .reply: break
    }
  }
}
