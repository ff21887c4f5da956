import Isolation
import PluginAPI

// What becomes of bytes that may have been handed over.
extension Outbox {
  /// Takes over what an earlier host left unfinished. What was never signed goes its way within its
  /// deadline; what was signed is followed, and the same bytes may be handed over again.
  mutating func resume(_ record: BundleRecord) {
    guard flights[record.id] == nil, !record.state.isFinal else { return }
    var flight = Flight(record, .following, at: now.monotonic)
    flight.nextSend = now.monotonic + settings.resend
    switch record.state {
    case .accepted:
      flight.stage = .waiting
      if isTooLate(flight) { break }
      line.add(record)
    case .unknown: line.suspend(record)
    case .landed:
      flight.stage = .verifying
      actions.append(.verify(record))
    default: line.start(record, at: now.monotonic)
    }
    flights[record.id] = flight
    actions.append(.note(.resumed, record))
    if flight.stage == .waiting, isTooLate(flight) { giveUp(flight) }
  }

  /// The bundle's chain is no more: what landed there stays as it was, the rest never can.
  mutating func orphan(_ record: BundleRecord) {
    guard flights[record.id] == nil, !record.state.isFinal else { return }
    flights[record.id] = Flight(record, .following, at: now.monotonic)
    flights[record.id]?.record.reason = "the chain began anew"
    close(record.id, record.state == .landed ? .finalized : .expired)
  }

  // MARK: Statuses

  mutating func judge(_ questions: [StatusQuestion], _ report: StatusReport) {
    openQuestions = max(0, openQuestions - 1)
    hear(height: report.finalizedBlockHeight, slot: report.slot, nextLeader: nil)
    var start = 0
    for question in questions {
      let end = start + question.signatures.count
      defer { start = end }
      guard end <= report.statuses.count, let flight = flights[question.id], flight.isWatched,
        let signed = flight.record.signed, signed.attempt == question.attempt
      else { continue }
      flights[question.id]?.blindSince = nil
      let fate = Fate(
        of: Array(report.statuses[start..<end]), lastValid: signed.blockhash.lastValidBlockHeight,
        finalizedHeight: report.finalizedBlockHeight)
      act(on: fate, of: question.id, isTold: flight.stage == .settled)
    }
  }

  private mutating func act(on fate: Fate, of id: BundleID, isTold: Bool) {
    switch (fate, isTold) {
    case (.open, false): seeAgain(id)
    case (.landed(let slot, _), false): verify(id, slot)
    case (.landed(_, let isFinal), true): if isFinal { finalize(id) }
    case (.reverted(let reason), false):
      flights[id]?.record.reason = reason
      close(id, .reverted)
    case (.dead, false): die(id)
    case (.dead, true): rollBack(id)
    case (.split(let slot, let isDecided), _): split(id, slot, isDecided)
    case (.open, true), (.reverted, true): break
    }
  }

  /// The node answers again, and nothing speaks against the bundle.
  private mutating func seeAgain(_ id: BundleID) {
    guard let flight = flights[id], flight.record.state == .unknown, !flight.isSplit else { return }
    flights[id]?.record.state = flight.record.sends > 0 ? .sent : .signed
    line.start(flight.record, at: flight.began)
    write(id)
  }

  private mutating func verify(_ id: BundleID, _ slot: UInt64) {
    let now = now
    update(id) { flight in
      flight.record.landedSlot = slot
      flight.isSplit = false
      flight.stage = .verifying
      if flight.record.landed == nil { flight.record.landed = now.wall }
    }
    if let record = flights[id]?.record { actions.append(.verify(record)) }
  }

  private mutating func finalize(_ id: BundleID) {
    close(id, .finalized)
    if let record = flights[id]?.record { actions.append(.note(.finalized, record)) }
  }

  /// The bytes can no longer happen: only now there may be others.
  private mutating func die(_ id: BundleID) {
    guard let record = flights[id]?.record else { return }
    let attempt = nextAttempt(of: id)
    guard height <= record.deadline, attempt <= settings.attempts else {
      return close(id, .expired)
    }
    line.start(record, at: now.monotonic)
    prepare(id, attempt: attempt)
  }

  /// A block that was confirmed is gone; the job was told that the bundle landed.
  private mutating func rollBack(_ id: BundleID) {
    flights[id]?.record.reason = "its block was undone after it had been confirmed"
    close(id, .expired)
    if let record = flights[id]?.record {
      actions.append(.release(record))
      actions.append(.note(.rolledBack, record))
    }
  }

  /// Transactions of the bundle happened without the others.
  private mutating func split(_ id: BundleID, _ slot: UInt64, _ isDecided: Bool) {
    if flights[id]?.isSplit == false {
      let now = now
      update(id) { flight in
        flight.isSplit = true
        flight.record.landed = now.wall
        flight.record.landedSlot = slot
        flight.record.reason = "only a part of its transactions happened"
      }
      doubt(id)
    }
    guard isDecided, let record = flights[id]?.record else { return }
    flights[id]?.stage = .verifying
    actions.append(.verify(record))
  }

  /// The node cannot be asked: after a while nobody knows the bundle's fate.
  mutating func goBlind(_ questions: [StatusQuestion]) {
    openQuestions = max(0, openQuestions - 1)
    for id in questions.map(\.id) {
      guard let flight = flights[id], flight.stage == .following else { continue }
      let since = flight.blindSince ?? now.monotonic
      flights[id]?.blindSince = since
      if now.monotonic - since >= settings.patience { doubt(id) }
    }
  }

  private mutating func doubt(_ id: BundleID) {
    guard let record = flights[id]?.record, record.state != .unknown else { return }
    flights[id]?.record.state = .unknown
    line.suspend(record)
    actions.append(.tell(id, .unknown))
    if let record = flights[id]?.record { actions.append(.note(.unknown, record)) }
    write(id)
  }

  // MARK: Verification

  mutating func verified(_ id: BundleID, _ effects: BundleEffects) {
    guard let flight = flights[id] else { return }
    flights[id]?.record.results = effects.results
    guard !flight.isSplit else {
      flights[id]?.stage = .rereading
      actions.append(.reread(id, atLeast: flight.record.landedSlot ?? 0))
      return
    }
    let (now, settings) = (now, settings)
    update(id) { flight in
      flight.record.state = .landed
      flight.stage = .settled
      flight.nextLook = now.monotonic + settings.finalityPoll
      flight.record.signed = flight.record.signed.map(\.withoutBytes)
    }
    line.end(id)
    guard let record = flights[id]?.record else { return }
    actions.append(.release(record))
    if let outcome = record.outcome { actions.append(.tell(id, outcome)) }
    actions.append(.note(.landed, record))
    write(id)
  }

  /// What a bundle did cannot be read now. After a long time nobody tells any more: then it counts as
  /// landed without results, and the next reading of its accounts says the rest.
  mutating func notVerified(_ id: BundleID) {
    guard let flight = flights[id] else { return }
    flights[id]?.stage = .unverified
    let landed = flight.record.landed ?? now.wall
    guard now.wall - landed >= settings.verification else { return }
    let none = [IntentResult?](repeating: nil, count: flight.record.bundle.intents.count)
    let known = flight.record.results
    verified(id, BundleEffects(results: known.isEmpty ? none : known))
  }

  mutating func reread(_ id: BundleID) {
    guard flights[id]?.stage == .rereading else { return }
    close(id, .partial)
  }

  // MARK: Time

  mutating func tick() {
    for id in flights.keys.sorted() { tick(id) }
    ask()
  }

  private mutating func tick(_ id: BundleID) {
    guard let flight = flights[id] else { return }
    if flight.isDirty, !flight.isWriting { write(id) }
    watchCancel(flight)
    switch flight.stage {
    case .waiting, .unprepared, .storing:
      if isTooLate(flight) { return giveUp(flight) }
      if flight.stage == .unprepared { prepare(id, attempt: nextAttempt(of: id)) }
    case .following:
      if flight.nextSend <= now.monotonic, flight.mayResend, isValid(flight) { send(id) }
    case .unverified:
      flights[id]?.stage = .verifying
      actions.append(.verify(flight.record))
    case .rereading:
      actions.append(.reread(id, atLeast: flight.record.landedSlot ?? 0))
    case .preparing, .verifying, .settled, .closing: break
    }
  }

  private func isTooLate(_ flight: Flight) -> Bool { height > flight.record.deadline }

  private func isValid(_ flight: Flight) -> Bool {
    height <= flight.record.signed?.blockhash.lastValidBlockHeight ?? 0
  }

  /// Nothing of it was handed over since its last bytes died, and it is too late to begin.
  private mutating func giveUp(_ flight: Flight) {
    if flight.stage == .storing { flights[flight.record.id]?.record.signed = nil }
    close(flight.record.id, .expired, afterWrite: true)
  }

  private mutating func watchCancel(_ flight: Flight) {
    let isOnItsWay = flight.stage != .settled && flight.stage != .closing
    guard flight.record.isCancel, isOnItsWay, !flight.isStuckTold,
      now.monotonic - flight.began >= settings.stuckCancel
    else { return }
    flights[flight.record.id]?.isStuckTold = true
    actions.append(.note(.cancelStuck, flight.record))
  }

  /// The most signatures that a node answers in one call (getSignatureStatuses).
  private static let signaturesAtOnce = 256

  /// Asks for all that is due, in as few calls as possible; for the height alone when bundles wait.
  private mutating func ask() {
    guard openQuestions == 0 else { return }
    var batch: [StatusQuestion] = []
    var count = 0
    for id in flights.keys.sorted() {
      guard let flight = flights[id], flight.isWatched, flight.nextLook <= now.monotonic,
        let question = flight.question
      else { continue }
      let pause = flight.stage == .settled ? settings.finalityPoll : settings.poll
      flights[id]?.nextLook = now.monotonic + pause
      if count + question.signatures.count > Self.signaturesAtOnce {
        put(&batch)
        count = 0
      }
      batch.append(question)
      count += question.signatures.count
    }
    if !batch.isEmpty || (!line.isIdle && openQuestions == 0) { put(&batch) }
  }

  private mutating func put(_ batch: inout [StatusQuestion]) {
    openQuestions += 1
    actions.append(.ask(batch))
    batch = []
  }
}
