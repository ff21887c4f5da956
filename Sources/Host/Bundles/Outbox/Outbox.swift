import Isolation
import PluginAPI

/// All accepted bundles on their way: events in, actions out, no clock, no disk, no network.
///
/// What it holds to: bytes are durable before they are handed over; other bytes are made only when
/// the old ones are proved dead; what is told to a job is what the next host would find.
struct Outbox: Sendable {
  var settings: DispatchSettings
  var flights: [BundleID: Flight] = [:]
  var line = DispatchLine()
  var budget: SendBudget
  var actions: [OutboxAction] = []
  var now = OutboxMoment(
    wall: Timestamp(nanoseconds: 0), monotonic: MonotonicInstant(nanoseconds: 0))
  /// The highest block, the newest slot and the next leader's slot that were heard of.
  private(set) var height: UInt64 = 0
  private(set) var slot: UInt64 = 0
  private var nextLeader: UInt64?
  /// Questions without an answer yet.
  var openQuestions = 0

  init(_ settings: DispatchSettings = DispatchSettings()) {
    self.settings = settings
    budget = SendBudget(burst: settings.burst)
  }

  /// Takes in what happened and says what to do next, in order.
  mutating func take(_ event: OutboxEvent, at moment: OutboxMoment) -> [OutboxAction] {
    now = moment
    handle(event)
    dispatch()
    defer { actions = [] }
    return actions
  }

  /// Hears how far the chain is.
  mutating func hear(height: UInt64, slot: UInt64, nextLeader: UInt64?) {
    self.height = max(self.height, height)
    self.slot = max(self.slot, slot)
    if let nextLeader { self.nextLeader = nextLeader }
  }

  private mutating func handle(_ event: OutboxEvent) {
    switch event {
    case .admitted(let record): admit(record)
    case .abandoned(let id):
      line.end(id)
      flights[id] = nil
    case .resumed(let record): resume(record)
    case .orphaned(let record): orphan(record)
    case .stopped(let id, let refusal): stop(id, refusal)
    case .signed(let record): store(record)
    case .notSigned(let id, let why): postpone(id, why)
    case .written(let id): wrote(id)
    case .notWritten(let id): failedToWrite(id)
    case .answered(let id, let answer): hear(answer, about: id)
    case .reported(let questions, let report): judge(questions, report)
    case .notReported(let questions): goBlind(questions)
    case .verified(let id, let effects): verified(id, effects)
    case .notVerified(let id): notVerified(id)
    case .reread(let id): reread(id)
    case .tick: tick()
    }
  }

  // MARK: The way to the block engine

  /// Lets a bundle begin before it is stored, when nothing is in its way: then its acceptance and
  /// its bytes become durable together, and it costs one write until it is handed over.
  ///
  /// - Returns: Whether it began; `admitted` or `abandoned` must follow.
  mutating func begin(_ record: BundleRecord, at moment: OutboxMoment) -> Bool {
    now = moment
    guard record.bundle.priority >= lowestPriority,
      budget.hasToken(settings, at: now.monotonic),
      line.startIfFree(record, at: now.monotonic)
    else { return false }
    var flight = Flight(record, .preparing, at: now.monotonic)
    flight.isPaid = budget.take(settings, at: now.monotonic)
    flights[record.id] = flight
    return true
  }

  private mutating func admit(_ record: BundleRecord) {
    actions.append(.note(.accepted, record))
    guard flights[record.id] != nil else {
      flights[record.id] = Flight(record, .waiting, at: now.monotonic)
      return line.add(record)
    }
    flights[record.id]?.record = record
    guard record.signed == nil else { return follow(record.id) }
    flights[record.id]?.stage = .unprepared
  }

  /// Takes what may go off the line: kills regardless of the budget, the rest within it.
  private mutating func dispatch() {
    while !line.isEmpty {
      let hasToken = budget.hasToken(settings, at: now.monotonic)
      let next = line.next(
        at: now.monotonic, patience: settings.cancelPatience,
        lowest: hasToken ? lowestPriority : .kill)
      guard let id = next else { return }
      flights[id]?.isPaid = budget.take(settings, at: now.monotonic)
      prepare(id, attempt: nextAttempt(of: id))
    }
  }

  /// Less urgent bundles wait for a leader that takes them, where the node tells.
  private var lowestPriority: Bundle.Priority {
    guard let nextLeader, nextLeader > slot + settings.leaderLead else { return .normal }
    return .cancel
  }

  func nextAttempt(of id: BundleID) -> Int { (flights[id]?.record.signed?.attempt ?? 0) + 1 }

  mutating func prepare(_ id: BundleID, attempt: Int) {
    guard let record = flights[id]?.record else { return }
    flights[id]?.stage = .preparing
    actions.append(.prepare(record, attempt: attempt))
  }

  private mutating func stop(_ id: BundleID, _ refusal: Refusal) {
    guard let flight = flights[id], flight.stage == .preparing else { return }
    flights[id]?.record.refusal = refusal
    close(id, flight.record.signed == nil ? .refused : .expired, afterWrite: true)
  }

  private mutating func store(_ signed: BundleRecord) {
    guard flights[signed.id]?.stage == .preparing else { return }
    update(signed.id) { flight in
      flight.record.bundle = signed.bundle
      flight.record.plan = signed.plan
      flight.record.signed = signed.signed
      flight.record.state = .signed
      flight.record.sends = 0
      flight.record.reason = nil
      flight.stage = .storing
      flight.isMalformed = false
    }
    write(signed.id)
  }

  private mutating func postpone(_ id: BundleID, _ why: String) {
    guard flights[id]?.stage == .preparing else { return }
    flights[id]?.stage = .unprepared
    flights[id]?.record.reason = why
  }

  /// The bytes are durable, or belong to a cancel that waits for no disk.
  private mutating func follow(_ id: BundleID) {
    flights[id]?.stage = .following
    flights[id]?.nextLook = now.monotonic + settings.poll
    if let record = flights[id]?.record { actions.append(.note(.signed, record)) }
    send(id)
  }

  /// Hands the bytes over when the budget allows; a tick tries again.
  mutating func send(_ id: BundleID) {
    guard let flight = flights[id], let signed = flight.record.signed, mayPay(flight) else {
      return
    }
    let isFirst = flight.record.sends == 0
    let (now, settings) = (now, settings)
    update(id) { flight in
      flight.isPaid = false
      flight.nextSend = now.monotonic + settings.resend
      flight.record.sends += 1
      flight.record.state = .sent
      if flight.record.sent == nil { flight.record.sent = now.wall }
    }
    actions.append(.send(signed))
    if isFirst, let record = flights[id]?.record {
      actions.append(.note(.sent, record))
      write(id)
    }
  }

  private mutating func mayPay(_ flight: Flight) -> Bool {
    if flight.record.bundle.priority == .kill { return true }
    if flight.isPaid { return !budget.isClosed(at: now.monotonic) }
    return budget.take(settings, at: now.monotonic)
  }

  private mutating func hear(_ answer: SendAnswer, about id: BundleID) {
    switch answer {
    case .accepted: break
    case .limited(let pause):
      budget.close(until: now.monotonic + pause)
      flights[id]?.nextSend = now.monotonic + pause
    case .unreachable(let why): flights[id]?.record.reason = why
    case .rejected(let reason, let text):
      let words = "\(reason.rawValue): \(text)"
      guard let flight = flights[id], flight.record.reason != words else { return }
      flights[id]?.record.reason = words
      flights[id]?.isMalformed = reason == .malformed || reason == .blockhash
      if let record = flights[id]?.record { actions.append(.note(.rejected, record)) }
    }
  }

  // MARK: Writing

  /// One write at a time for each record; the newest state is written next.
  mutating func write(_ id: BundleID) {
    guard let flight = flights[id] else { return }
    guard !flight.isWriting else {
      flights[id]?.isDirty = true
      return
    }
    flights[id]?.isWriting = true
    flights[id]?.isDirty = false
    actions.append(.write(flight.record))
  }

  private mutating func wrote(_ id: BundleID) {
    flights[id]?.isWriting = false
    guard let flight = flights[id] else { return }
    if flight.isDirty { return write(id) }
    if flight.stage == .storing { follow(id) }
    if flight.stage == .closing { leave(id) }
  }

  private mutating func failedToWrite(_ id: BundleID) {
    flights[id]?.isWriting = false
    flights[id]?.isDirty = true
    guard let flight = flights[id], flight.record.isCancel else { return }
    if flight.stage == .storing { follow(id) }
  }

  // MARK: Ends

  /// The bundle has ended; it leaves when that is durable.
  mutating func close(_ id: BundleID, _ state: BundleState, afterWrite: Bool = false) {
    guard let flight = flights[id], flight.stage != .closing else { return }
    let now = now
    update(id) { flight in
      flight.record.state = state
      flight.record.ended = now.wall
      flight.record.signed = flight.record.signed.map(\.withoutBytes)
      flight.stage = .closing
      flight.tellsAfterWrite = afterWrite && !flight.record.isCancel
    }
    if flight.stage != .settled, flights[id]?.tellsAfterWrite == false { announce(id) }
    write(id)
  }

  /// Tells everybody how it ended, and lets its accounts go.
  private mutating func announce(_ id: BundleID) {
    guard let record = flights[id]?.record else { return }
    line.end(id)
    actions.append(.release(record))
    if let outcome = record.outcome { actions.append(.tell(id, outcome)) }
    if let note = OutboxNote.end(record.state) { actions.append(.note(note, record)) }
  }

  private mutating func leave(_ id: BundleID) {
    if flights[id]?.tellsAfterWrite == true { announce(id) }
    flights[id] = nil
  }

  mutating func update(_ id: BundleID, _ change: (inout Flight) -> Void) {
    guard var flight = flights[id] else { return }
    flights[id] = nil
    change(&flight)
    flights[id] = flight
  }
}

extension OutboxNote {
  /// What operators are told about an end; finality is told apart.
  static func end(_ state: BundleState) -> Self? {
    switch state {
    case .reverted: .reverted
    case .expired: .expired
    case .refused: .refused
    case .partial: .partial
    case .finalized, .accepted, .signed, .sent, .landed, .unknown: nil
    }
  }
}

extension SignedBundle {
  /// The signatures alone, once the bytes are of no use.
  var withoutBytes: SignedBundle {
    var bundle = self
    for index in bundle.transactions.indices { bundle.transactions[index].bytes = [] }
    return bundle
  }
}
