import CEventLoop
import Glibc

/// One thread that waits for descriptors, for one absolute time and for work, and runs actors.
///
/// Actors that name the loop as their executor share its thread, so a handler may enter them with
/// `assumeIsolated` and calls between them never change threads.
///
/// Unchecked because everything but `inbox`, `identity` and `late` is touched by the loop's own
/// thread alone, and by nobody after its end.
package final class EventLoop: SerialExecutor, @unchecked Sendable {
  /// What happened to a descriptor.
  package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    /// There is something to read, or the other end is gone.
    package static let reading = Readiness(rawValue: EPOLLIN.rawValue)
    /// There is room to write.
    package static let writing = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The other end is gone.
    package static let hangUp = Readiness(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)
  }

  package typealias Handler = @Sendable (Readiness) -> Void

  private let poll: Int32
  private let wake: Int32
  private let timer: Int32
  private let driver: (any LoopDriver)?
  private let inbox = Guarded<Inbox>(Inbox())
  private var handlers: [Int32: Handler] = [:]
  private var alarms = AlarmTable()
  private var armed = MonotonicInstant.never
  private let identity = Guarded<pthread_t?>(nil)
  /// How much work came after the thread's end; held while such work runs.
  private let late = Guarded(0)

  private struct Inbox {
    var jobs: [UnownedJob] = []
    var isSignalled = false
    var isStopped = false
    var hasEnded = false
  }

  private enum Way { case signalled, mustSignal, late }

  package init(name: String) {
    poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC | TFD_NONBLOCK))
    driver = nil
    precondition(poll >= 0 && wake >= 0 && timer >= 0, "out of descriptors: errno \(errno)")
    control(EPOLL_CTL_ADD, wake, .reading)
    control(EPOLL_CTL_ADD, timer, .reading)
    Thread.start(name: name) { self.run() }
  }

  /// A loop without a thread: `driver` decides when its work and its alarms are due. It watches no
  /// descriptors.
  package init(driver: any LoopDriver) {
    self.driver = driver
    (poll, wake, timer) = (-1, -1, -1)
  }

  // Not at the thread's end: whoever still holds the loop may signal it, and the numbers of closed
  // descriptors are given to others.
  deinit { for descriptor in [poll, wake, timer] where descriptor >= 0 { close(descriptor) } }

  /// Ends the thread after the work that is queued: no handler is called any more.
  ///
  /// Actors of the loop can still be called, so that nothing waits for ever while a process comes
  /// down; each call then costs a thread.
  package func stop() {
    inbox.withLock { $0.isStopped = true }
    signal()
  }

  // MARK: Executor

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let way = inbox.withLock { inbox -> Way in
      guard !inbox.hasEnded else { return .late }
      inbox.jobs.append(job)
      defer { inbox.isSignalled = true }
      return inbox.isSignalled ? .signalled : .mustSignal
    }
    switch way {
    case .signalled: break
    case .mustSignal: signal()
    case .late: Thread.start(name: "late") { self.runLate(job) }
    }
  }

  /// Runs work that came after the thread's end; one at a time, as actors expect.
  private func runLate(_ job: UnownedJob) {
    late.withLock { count in
      count += 1
      identity.withLock { $0 = pthread_self() }
      unsafe job.runSynchronously(on: asUnownedSerialExecutor())
      identity.withLock { $0 = nil }
    }
  }

  package func isIsolatingCurrentContext() -> Bool? { isCurrent }

  package func checkIsolated() { precondition(isCurrent, "not on the event loop") }

  private var isCurrent: Bool {
    identity.withLock { $0.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
  }

  // MARK: Descriptors, on the loop's thread only

  /// Calls `handler` whenever `descriptor` is ready; the loop does not own the descriptor.
  package func watch(
    _ descriptor: Int32, for readiness: Readiness = .reading, handler: @escaping Handler
  ) {
    checkIsolated()
    handlers[descriptor] = handler
    control(EPOLL_CTL_ADD, descriptor, readiness)
  }

  /// Changes what a watched descriptor is waited for.
  package func rewatch(_ descriptor: Int32, for readiness: Readiness) {
    checkIsolated()
    control(EPOLL_CTL_MOD, descriptor, readiness)
  }

  /// Forgets a descriptor; call it before closing.
  package func unwatch(_ descriptor: Int32) {
    checkIsolated()
    guard handlers.removeValue(forKey: descriptor) != nil else { return }
    control(EPOLL_CTL_DEL, descriptor, [])
  }

  // MARK: Time, on the loop's thread only

  /// Calls `handler` once at `time` or soon after, never before; replaces the alarm of that name.
  package func setAlarm(
    _ name: String, at time: MonotonicInstant, handler: @escaping @Sendable () -> Void
  ) {
    checkIsolated()
    alarms.set(name, at: time, handler)
    arm()
  }

  /// Forgets an alarm; an unknown name is no error.
  package func clearAlarm(_ name: String) {
    checkIsolated()
    alarms.clear(name)
    arm()
  }

  private func arm() {
    let next = alarms.next
    guard next != armed else { return }
    armed = next
    if let driver {
      if next != .never { driver.run(at: next) { self.ring(next) } }
      return
    }
    var spec = itimerspec()
    if next != .never {
      let at = max(next.nanoseconds, 1)
      spec.it_value = timespec(tv_sec: Int(at / 1_000_000_000), tv_nsec: Int(at % 1_000_000_000))
    }
    unsafe timerfd_settime(timer, Int32(TFD_TIMER_ABSTIME), &spec, nil)
  }

  // MARK: The loop

  private func run() {
    identity.withLock { $0 = pthread_self() }
    var events = unsafe [epoll_event](repeating: epoll_event(), count: 64)
    while !hasEnded() {
      let count = unsafe epoll_wait(poll, &events, Int32(events.count), -1)
      for index in 0..<Int(max(count, 0)) {
        let ready = unsafe events[index]
        dispatch(unsafe ready.data.fd, Readiness(rawValue: unsafe ready.events))
      }
      runJobs()
    }
    // The number of this thread will be given to another one.
    late.withLock { _ in identity.withLock { $0 = nil } }
  }

  /// Whether all work is done after a stop; from then on work goes another way.
  private func hasEnded() -> Bool {
    inbox.withLock { inbox in
      inbox.hasEnded = inbox.isStopped && inbox.jobs.isEmpty
      return inbox.hasEnded
    }
  }

  private func dispatch(_ descriptor: Int32, _ readiness: Readiness) {
    switch descriptor {
    case wake: drain(wake)
    case timer:
      // Setting it anew takes back that it rang, which spares a read.
      armed = .rang
      let now = SystemTime().monotonic
      for handler in alarms.due(at: now) { handler() }
      arm()
    default: handlers[descriptor]?(readiness)
    }
  }

  private func runJobs() {
    let jobs = inbox.withLock { inbox in
      defer {
        inbox.jobs = []
        inbox.isSignalled = false
      }
      return inbox.jobs
    }
    for job in jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
  }

  private func control(_ operation: Int32, _ descriptor: Int32, _ readiness: Readiness) {
    var event = unsafe epoll_event()
    unsafe event.events = readiness.rawValue
    unsafe event.data.fd = descriptor
    unsafe epoll_ctl(poll, operation, descriptor, &event)
  }

  // MARK: Driven

  private func ring(_ time: MonotonicInstant) {
    asDriven {
      guard armed == time else { return }
      armed = .rang
      for handler in alarms.due(at: time) { handler() }
      arm()
    }
  }

  private func asDriven(_ body: () -> Void) {
    let body = inbox.withLock(\.isStopped) ? {} : body
    identity.withLock { $0 = pthread_self() }
    body()
    runJobs()
    identity.withLock { $0 = nil }
  }

  private func signal() {
    if let driver { return driver.runSoon { self.asDriven {} } }
    var one: UInt64 = 1
    unsafe write(wake, &one, 8)
  }

  private func drain(_ descriptor: Int32) {
    var count: UInt64 = 0
    unsafe read(descriptor, &count, 8)
  }
}

/// Decides when a loop without a thread does its work: a simulation that keeps its own time.
///
/// Everything is run on one thread, one after the other, and never inside the call that asks for it.
package protocol LoopDriver: Sendable {
  /// Runs `body` after what was asked for before.
  func runSoon(_ body: @escaping @Sendable () -> Void)

  /// Runs `body` when the loop's time has reached `time`.
  func run(at time: MonotonicInstant, _ body: @escaping @Sendable () -> Void)
}

extension MonotonicInstant {
  /// What the timer is set to after it rang; no alarm has this time.
  fileprivate static let rang = MonotonicInstant(nanoseconds: .min)
}

/// The loop's few named alarms; so few that looking through them beats hashing.
private struct AlarmTable {
  private struct Alarm {
    let name: String
    var time: MonotonicInstant
    var handler: (@Sendable () -> Void)?
  }

  private var alarms: [Alarm] = []
  private(set) var next = MonotonicInstant.never

  mutating func set(
    _ name: String, at time: MonotonicInstant, _ handler: @escaping @Sendable () -> Void
  ) {
    if let place = alarms.firstIndex(where: { $0.name == name }) {
      alarms[place].time = time
      alarms[place].handler = handler
    } else {
      alarms.append(Alarm(name: name, time: time, handler: handler))
    }
    refresh()
  }

  mutating func clear(_ name: String) {
    alarms.removeAll { $0.name == name }
    refresh()
  }

  /// Takes out the handlers whose time has come, the earliest first.
  mutating func due(at now: MonotonicInstant) -> [@Sendable () -> Void] {
    var due: [@Sendable () -> Void] = []
    while next <= now, let place = alarms.firstIndex(where: { $0.time == next }) {
      if let handler = alarms[place].handler { due.append(handler) }
      alarms[place].time = .never
      alarms[place].handler = nil
      refresh()
    }
    return due
  }

  private mutating func refresh() {
    next = .never
    for alarm in alarms where alarm.time < next { next = alarm.time }
  }
}
