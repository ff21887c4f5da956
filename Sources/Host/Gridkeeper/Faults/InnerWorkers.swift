import Isolation
import Lab
import Supervisor
import Wire
import Worker

/// Workers inside the process: the same loop that worker processes run, over a channel that loses
/// its other end, garbles and delays by seed.
struct InnerWorkers: WorkerLauncher {
  let loop: EventLoop
  let time: any TimeSource
  let dice: FaultDice
  private let lastNumber = Guarded<Int32>(0)

  init(loop: EventLoop, time: any TimeSource, dice: FaultDice) {
    self.loop = loop
    self.time = time
    self.dice = dice
  }

  func launch(plugin: String) async throws(PluginProblem) -> any WorkerLink {
    let number = lastNumber.withLock { number in
      number += 1
      return number
    }
    return InnerLink(pid: number, loop: loop, time: time, dice: dice)
  }
}

/// The host's end of a worker inside the process.
final class InnerLink: WorkerLink {
  let pid: Int32
  let queued = 0
  let residentMemory: Int64? = nil
  private let entrance: LoopEntrance
  private let time: any TimeSource
  private let dice: FaultDice
  private let worker: Guarded<WorkerLoop?>
  private let state = Guarded(State())

  private struct State {
    var events: (@Sendable (LinkEvent) -> Void)?
    var toWorker: [[UInt8]] = []
    var hostFrames = FrameDecoder()
    var workerFrames = FrameDecoder()
    var isReading = false
    var isWriting = false
    var isHanging = false
    var isDead = false
  }

  init(pid: Int32, loop: EventLoop, time: any TimeSource, dice: FaultDice) {
    self.pid = pid
    self.time = time
    self.dice = dice
    entrance = LoopEntrance(loop)
    worker = Guarded(nil)
    let inside = WorkerLoop(
      time: time, executor: VirtualTime.executor,
      load: { hello throws(LoadFailure) in try PluginLoader.load(hello) },
      outputReady: { [weak self] in self?.write() })
    worker.withLock { $0 = inside }
  }

  func open(_ events: @escaping @Sendable (LinkEvent) -> Void) {
    state.withLock { $0.events = events }
  }

  func poll() {}

  func kill() { die(WorkerExit(code: nil, signal: 9, lastOutput: "")) }

  // MARK: To the worker

  func send(_ frames: [UInt8]) {
    let mustStart = state.withLock { state in
      state.toWorker.append(frames)
      defer { state.isReading = true }
      return !state.isReading
    }
    if mustStart { Task { await read() } }
  }

  private func read() async {
    while let frames = next() {
      if dice.draws(.frameLate) { try? await VirtualTime.pause(for: dice.duration(1...300)) }
      if dice.draws(.workerDies) { return die(WorkerExit(code: nil, signal: 11, lastOutput: "")) }
      if dice.draws(.workerHangs) { state.withLock { $0.isHanging = true } }
      deliver(frames)
    }
  }

  private func next() -> [UInt8]? {
    state.withLock { state in
      guard !state.isDead, !state.isHanging, !state.toWorker.isEmpty else {
        state.isReading = false
        return nil
      }
      return state.toWorker.removeFirst()
    }
  }

  private func deliver(_ frames: [UInt8]) {
    guard let loop = worker.withLock(\.self) else { return }
    do throws(WireError) {
      for message in try messages(in: frames) { try loop.receive(message) }
    } catch {
      die(WorkerExit(code: 1, signal: nil, lastOutput: "\(error)"))
    }
    write()
  }

  private func messages(in frames: [UInt8]) throws(WireError) -> [HostMessage] {
    var decoder = state.withLock { state in
      state.hostFrames.append(frames)
      return state.hostFrames
    }
    var messages: [HostMessage] = []
    while let frame = try decoder.next() { messages.append(try HostMessage(frame)) }
    state.withLock { $0.hostFrames = decoder }
    return messages
  }

  // MARK: From the worker

  private func write() {
    let mustStart = state.withLock { state in
      guard !state.isWriting, !state.isDead, !state.isHanging else { return false }
      state.isWriting = true
      return true
    }
    if mustStart { Task { await drain() } }
  }

  private func drain() async {
    defer { state.withLock { $0.isWriting = false } }
    guard let loop = worker.withLock(\.self) else { return }
    while loop.outputDue != .never {
      if loop.outputDue > time.monotonic {
        try? await VirtualTime.pause(for: loop.outputDue - time.monotonic)
      }
      if dice.draws(.frameLate) { try? await VirtualTime.pause(for: dice.duration(1...300)) }
      let bytes = loop.takeOutput()
      if dice.draws(.workerGarbles) { return await garble() }
      if !bytes.isEmpty { await hand(over: bytes) }
    }
    if loop.isStopped { die(WorkerExit(code: 0, signal: nil, lastOutput: "")) }
  }

  private func hand(over bytes: [UInt8]) async {
    var decoder = state.withLock { state in
      state.workerFrames.append(bytes)
      return state.workerFrames
    }
    var messages: [WorkerMessage] = []
    while let frame = try? decoder.next(), let message = try? WorkerMessage(frame) {
      messages.append(message)
    }
    let rest = decoder
    state.withLock { $0.workerFrames = rest }
    await tell(.messages(messages))
  }

  private func garble() async {
    state.withLock { $0.isHanging = true }
    await tell(.misspoke(.outOfOrder("a message that makes no sense")))
  }

  private func tell(_ event: LinkEvent) async {
    guard !state.withLock(\.isDead), let events = state.withLock(\.events) else { return }
    await entrance.run { events(event) }
  }

  private func die(_ exit: WorkerExit) {
    let events = state.withLock { state -> (@Sendable (LinkEvent) -> Void)? in
      guard !state.isDead else { return nil }
      state.isDead = true
      return state.events
    }
    worker.withLock { $0 = nil }
    guard let events else { return }
    Task { await entrance.run { events(.exited(exit)) } }
  }
}
