import PluginAPI

/// `multiplier^(n−1)` for n = 1…count, as whole numbers whose largest is near 2^40.
struct LevelWeights: Sendable, Hashable {
  private(set) var values: [UInt64]
  private(set) var total: UInt64

  init(count: Int, multiplier: Double) {
    var growing = 1.0
    for _ in 1..<max(1, count) { growing *= multiplier }
    var weight = Double(1 << 40) / max(1, growing)
    values = []
    values.reserveCapacity(count)
    total = 0
    for _ in 0..<count {
      let whole = UInt64(weight + 0.5)
      values.append(whole)
      total += whole
      weight *= multiplier
    }
  }

  /// What the smallest weight gets of `depth`, rounded down.
  func smallestShare(of depth: Int64) -> Int64 {
    guard let first = values.first, let last = values.last else { return 0 }
    return Self.part(of: depth, min(first, last), total)
  }

  /// `depth · part / whole`, rounded down; nothing of a depth that is not positive.
  fileprivate static func part(of depth: Int64, _ part: UInt64, _ whole: UInt64) -> Int64 {
    guard depth > 0, whole > 0 else { return 0 }
    return Int64(whole.dividingFullWidth(UInt64(depth).multipliedFullWidth(by: part)).quotient)
  }
}

/// How a depth is dealt out to the levels of one side.
enum LevelSizes {
  /// `count` sizes that grow by `multiplier` outwards and sum exactly to `depth`.
  ///
  /// Each level ends where its share of the running total ends, so that none is off by a whole lot.
  static func geometric(depth: BaseLots, count: Int, multiplier: Double) -> [BaseLots] {
    guard count > 0, depth > .zero else { return [] }
    let weights = LevelWeights(count: count, multiplier: multiplier)
    var (running, given) = (UInt64(0), Int64(0))
    return weights.values.map { weight in
      running += weight
      let end = LevelWeights.part(of: depth.count, running, weights.total)
      defer { given = end }
      return BaseLots(end - given)
    }
  }

  /// The largest count of levels, at most `limit`, of which none is smaller than `minimum`.
  static func count(limit: Int, depth: BaseLots, multiplier: Double, minimum: BaseLots) -> Int {
    let least = max(minimum.count, 1)
    func fits(_ count: Int) -> Bool {
      LevelWeights(count: count, multiplier: multiplier).smallestShare(of: depth.count) >= least
    }
    var (most, over) = (0, Int(min(Int64(limit), depth.count / least)) + 1)
    if over > 1, fits(over - 1) { return over - 1 }
    while over - most > 1 {
      let middle = (most + over) / 2
      if fits(middle) { most = middle } else { over = middle }
    }
    return most
  }
}
