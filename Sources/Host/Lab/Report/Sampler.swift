import Bundles
import Market
import PluginAPI

/// Turns states of the venue into courses of values.
struct Sampler: Sendable {
  /// What is drawn; the names are those of the report.
  enum Course: String, CaseIterable {
    case mid, pivot, lower, upper, bestBid, bestAsk, lowestBid, highestAsk
    case equity, drawdown, sol, token, tokenShare, bidDepth, askDepth, spread, outsideSpread
    case orders

    var unit: String {
      switch self {
      case .mid, .pivot, .lower, .upper, .bestBid, .bestAsk, .lowestBid, .highestAsk:
        "SOL per token"
      case .equity, .drawdown, .sol, .bidDepth, .askDepth: "SOL"
      case .token: "tokens"
      case .tokenShare: "share"
      case .spread, .outsideSpread: "basis points"
      case .orders: "orders"
      }
    }
  }

  private let lots: MarketLots
  private var courses: [SampledSeries]
  private(set) var first: EquityReport?
  private(set) var last: EquityReport?
  private var drawdown = Drawdown()
  /// What the first holdings would be worth now.
  private var held: Int64 = 0
  private(set) var samples = 0
  private var quoted = 0
  private var spreads = Mean()
  private var outsideSpreads = Mean()
  private var bidDepths = Mean()
  private var askDepths = Mean()
  private(set) var tokenShares: (lowest: Double, highest: Double)?
  /// What the wallets held at first, to be valued at the end.
  private var firstHoldings: Holdings?

  init(lots: MarketLots) {
    self.lots = lots
    courses = Array(repeating: SampledSeries(), count: Course.allCases.count)
  }

  /// Takes one state, `time` seconds after the start.
  mutating func add(
    _ state: VenueState, _ market: MarketSnapshot?, _ report: EquityReport?, at time: Double
  ) {
    samples += 1
    let book = OwnBook(state)
    add(prices: state, book, market, at: time)
    add(depth: book, at: time)
    if let report { add(money: report, at: time) }
    if let price = state.mid ?? market?.pivot { add(holdings: state, at: price, time) }
  }

  private mutating func put(_ course: Course, _ value: Double?, _ time: Double) {
    guard let value, let index = Course.allCases.firstIndex(of: course) else { return }
    courses[index].add(value, at: time)
  }

  private mutating func add(
    prices state: VenueState, _ book: OwnBook, _ market: MarketSnapshot?, at time: Double
  ) {
    put(.mid, state.mid.map(lots.price), time)
    put(.pivot, market?.pivot.map(lots.price), time)
    put(.lower, market?.channel.map { lots.price($0.lower) }, time)
    put(.upper, market?.channel.map { lots.price($0.upper) }, time)
    put(.bestBid, book.bids.last.map(lots.price), time)
    put(.bestAsk, book.asks.first.map(lots.price), time)
    put(.lowestBid, book.bids.first.map(lots.price), time)
    put(.highestAsk, book.asks.last.map(lots.price), time)
    put(.spread, book.spread, time)
    put(.outsideSpread, book.outsideSpread, time)
    if let spread = book.spread { spreads.add(spread) }
    if let spread = book.outsideSpread { outsideSpreads.add(spread) }
  }

  private mutating func add(depth book: OwnBook, at time: Double) {
    put(.bidDepth, Double(book.bidValue) / 1e9, time)
    put(.askDepth, Double(book.askValue) / 1e9, time)
    put(.orders, Double(book.bids.count + book.asks.count), time)
    bidDepths.add(Double(book.bidValue))
    askDepths.add(Double(book.askValue))
    if !book.bids.isEmpty, !book.asks.isEmpty { quoted += 1 }
  }

  private mutating func add(money report: EquityReport, at time: Double) {
    if first == nil { first = report }
    last = report
    drawdown.add(report.equity.count - report.external.count)
    put(.equity, Double(report.equity.count) / 1e9, time)
    put(.drawdown, -Double(drawdown.fall) / 1e9, time)
    let share = Double(report.token.count) / Double(max(1, report.equity.count))
    put(.tokenShare, share, time)
    tokenShares =
      tokenShares.map { (min($0.lowest, share), max($0.highest, share)) } ?? (share, share)
  }

  private mutating func add(holdings state: VenueState, at price: PriceLots, _ time: Double) {
    let holdings = Holdings(state)
    if firstHoldings == nil { firstHoldings = holdings }
    held = firstHoldings?.value(at: price, lots, solPrice: state.oracle?.price) ?? 0
    put(.sol, Double(holdings.sol) / 1e9, time)
    put(.token, Double(holdings.token) / lots.atomsPerToken, time)
  }

  /// The money as the report has it, with the books at the end.
  func money(_ ledger: Ledger) -> MoneyFacts {
    var money = MoneyFacts()
    money.equityStart = first?.equity.count ?? 0
    money.equityEnd = last?.equity.count ?? 0
    money.equityPeak = last?.peak.count ?? 0
    money.drawdown = drawdown.deepest
    money.drawdownShare = Double(drawdown.deepest) / Double(max(1, money.equityStart))
    money.realisedFIFO = last?.realised.count ?? 0
    money.realisedAverage = last?.realisedAverage.count ?? 0
    money.unrealisedStart = first?.unrealised.count ?? 0
    money.unrealisedEnd = last?.unrealised.count ?? 0
    money.fromOutside = (last?.external.count ?? 0) - (first?.external.count ?? 0)
    money.unexplained = last?.suspense.count ?? 0
    for kind in LedgerKind.allCases where kind.isCost {
      money.costs[kind.rawValue] = Int64(clamping: ledger.cost(kind))
    }
    money.rentLocked = last?.rent.count ?? 0
    money.heldEquityEnd = held
    return money
  }

  /// The courses as the report has them.
  var series: [SeriesFacts] {
    zip(Course.allCases, courses).map { course, values in
      let points = values.points
      return SeriesFacts(
        name: course.rawValue, unit: course.unit, times: points.map(\.time),
        values: points.map(\.value))
    }
  }

  /// Adds the averages to what is known of the grid.
  func complete(_ grid: GridFacts) -> GridFacts {
    var grid = grid
    grid.quotedShare = Double(quoted) / Double(max(1, samples))
    grid.meanSpread = spreads.value
    grid.meanOutsideSpread = outsideSpreads.value
    grid.meanBidDepth = bidDepths.value
    grid.meanAskDepth = askDepths.value
    grid.highestTokenShare = tokenShares?.highest ?? 0
    grid.lowestTokenShare = tokenShares?.lowest ?? 0
    return grid
  }
}

/// The deepest fall from a peak.
struct Drawdown: Sendable {
  private var peak: Int64?
  /// How far below its peak the newest value is.
  private(set) var fall: Int64 = 0
  private(set) var deepest: Int64 = 0

  mutating func add(_ value: Int64) {
    let top = max(peak ?? value, value)
    peak = top
    fall = top - value
    deepest = max(deepest, fall)
  }
}

/// An average.
private struct Mean: Sendable {
  private var sum = 0.0
  private var count = 0

  mutating func add(_ value: Double) {
    sum += value
    count += 1
  }

  var value: Double { count == 0 ? 0 : sum / Double(count) }
}

extension MarketLots {
  var atomsPerToken: Double { (0..<tokenDecimals).reduce(1.0) { product, _ in product * 10 } }
}
