import Bundles
import Isolation
import PluginAPI

/// What is wrong at the moment, and draws what goes wrong next.
struct FaultState: Sendable {
  /// What goes wrong with one send.
  struct Send: Sendable {
    var isLost = false
    var losesAnswer = false
    var isLimited = false
    var rejection: RejectReason?
    var isDropped = false
    var delay: UInt64 = 0
    var isDoubled = false
    /// Which of the transactions lands alone, counted round.
    var leak: Int?
  }

  private let rates: ExchangeFaults
  private var random: SeededRandom
  private var ordered: [ExchangeFault] = []
  private(set) var engineDownUntil: UInt64 = 0
  private(set) var nodeDownUntil: UInt64 = 0
  private(set) var lagUntil: UInt64 = 0

  init(_ rates: ExchangeFaults, seed: UInt64) {
    self.rates = rates
    random = SeededRandom(seed: seed)
  }

  private mutating func happens(_ share: Percent) -> Bool {
    share > 0 && random.uniform() < share.fraction
  }

  private mutating func someSlots() -> UInt64 { 1 + random.next() % max(1, rates.longest) }

  // MARK: By seed

  mutating func live(_ slot: UInt64) {
    if happens(rates.engineOutages) { engineDownUntil = max(engineDownUntil, slot + someSlots()) }
    if happens(rates.nodeOutages) { nodeDownUntil = max(nodeDownUntil, slot + someSlots()) }
    if happens(rates.nodeLags) { lagUntil = max(lagUntil, slot + someSlots()) }
  }

  mutating func forSend() -> Send {
    var send = Send()
    send.isLost = happens(rates.lostRequests)
    send.losesAnswer = happens(rates.lostAnswers)
    send.isLimited = happens(rates.rateLimits)
    if happens(rates.rejections) { send.rejection = .internal }
    send.isDropped = happens(rates.drops)
    if happens(rates.delays) { send.delay = someSlots() }
    send.isDoubled = happens(rates.duplicates)
    if happens(rates.leaks) { send.leak = Int(random.next() % 5) }
    for fault in take(where: \.isOfSend) { send.apply(fault) }
    return send
  }

  mutating func nodeCallFails() -> Bool {
    !take(where: { $0 == .nodeFailure }, atMost: 1).isEmpty || happens(rates.nodeFailures)
  }

  mutating func blockhashIsOld() -> Bool {
    !take(where: { $0 == .oldBlockhash }, atMost: 1).isEmpty || happens(rates.oldBlockhashes)
  }

  /// Puts what lands in a block in any order, when that goes wrong.
  mutating func disorder<Item>(_ items: inout [Item]) {
    let isOrdered = !take(where: { $0 == .reordering }, atMost: 1).isEmpty
    if isOrdered || happens(rates.reorderings) { items.shuffle(using: &random) }
  }

  // MARK: By order

  mutating func inject(_ fault: ExchangeFault, at slot: UInt64) {
    switch fault {
    case .engineOutage(let slots): engineDownUntil = max(engineDownUntil, slot + slots)
    case .nodeOutage(let slots): nodeDownUntil = max(nodeDownUntil, slot + slots)
    case .nodeLag(let slots): lagUntil = max(lagUntil, slot + slots)
    default: ordered.append(fault)
    }
  }

  private mutating func take(where isMeant: (ExchangeFault) -> Bool, atMost limit: Int = .max)
    -> [ExchangeFault]
  {
    guard !ordered.isEmpty else { return [] }
    var taken: [ExchangeFault] = []
    ordered.removeAll { fault in
      guard taken.count < limit, isMeant(fault) else { return false }
      taken.append(fault)
      return true
    }
    return taken
  }
}

extension ExchangeFault {
  fileprivate var isOfSend: Bool {
    switch self {
    case .lostRequest, .lostAnswer, .rateLimit, .rejection, .drop, .delay, .duplicate, .leak: true
    default: false
    }
  }
}

extension FaultState.Send {
  fileprivate mutating func apply(_ fault: ExchangeFault) {
    switch fault {
    case .lostRequest: isLost = true
    case .lostAnswer: losesAnswer = true
    case .rateLimit: isLimited = true
    case .rejection(let reason): rejection = reason
    case .drop: isDropped = true
    case .delay(let slots): delay = slots
    case .duplicate: isDoubled = true
    case .leak(let transaction): leak = transaction
    default: break
    }
  }
}
