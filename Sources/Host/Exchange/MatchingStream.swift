import Isolation
import PluginAPI

/// Events of a busy market for one book, made up from a seed: 5 % takes, and of the others as many
/// adds, within 50 ticks of a wandering price, as cancels, once about a thousand orders stand.
enum MatchingStream {
  /// An order is added, one of those added before is cancelled, or somebody takes.
  enum Event: Sendable {
    case add(Side, price: Int64, size: Int64)
    case cancel(Int)
    case take(Side, size: Int64, limit: Int64)

    var line: String {
      switch self {
      case .add(let side, let price, let size): "a \(Self.letter(side)) \(price) \(size)"
      case .cancel(let index): "c \(index)"
      case .take(let side, let size, let limit): "t \(Self.letter(side)) \(size) \(limit)"
      }
    }

    private static func letter(_ side: Side) -> String { side == .bid ? "b" : "a" }
  }

  private static let reach: UInt64 = 50
  private static let usual = 1_000

  static func make(_ count: Int) -> [Event] {
    var random = SeededRandom(seed: 1)
    var mid: Int64 = 10_000
    var added = 0
    var standing: [Int] = []
    return (0..<count).map { _ in
      let kind = random.next() % 100
      let side: Side = random.next() % 2 == 0 ? .bid : .ask
      let size = 1 + Int64(random.next() % 100)
      let away = Int64(1 + random.next() % reach) * (side == .bid ? -1 : 1)
      if kind >= 95 { return .take(side, size: size * 4, limit: mid - away) }
      if standing.count >= usual, kind % 2 == 0 {
        standing.swapAt(Int(random.next() % UInt64(standing.count)), standing.count - 1)
        return .cancel(standing.removeLast())
      }
      if random.next() % 64 == 0 { mid += random.next() % 2 == 0 ? 1 : -1 }
      standing.append(added)
      added += 1
      return .add(side, price: mid + away, size: size)
    }
  }

  static func play(_ events: ArraySlice<Event>, on engine: inout MatchingEngine) {
    var numbers: [UInt64] = []
    numbers.reserveCapacity(events.count)
    var fills: [MatchingEngine.Fill] = []
    for event in events {
      switch event {
      case .add(let side, let price, let size):
        let order = MatchingEngine.Order(
          owner: .outsideMaker, side: side, price: price, size: size, placed: 0)
        if case .placed(let number) = engine.post(order, now: 0) {
          numbers.append(number)
        } else {
          numbers.append(0)
        }
      case .cancel(let index): engine.cancel(numbers[index])
      case .take(let side, let size, let limit):
        fills.removeAll(keepingCapacity: true)
        try? engine.take(
          side, size: BaseLots(size), limit: PriceLots(limit), rules: .init(owner: .outsideTaker),
          fills: &fills)
      }
    }
  }
}
