import PluginAPI

/// `multiplier^(n−1)` for n = 1…count, as whole numbers whose largest is near 2^40.
/// They say how a depth is dealt out to the levels of one side.
struct LevelWeights: Sendable, Hashable {
  private(set) var values: [UInt64]
  private(set) var total: UInt64

  var count: Int { values.count }

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
  private static func part(of depth: Int64, _ part: UInt64, _ whole: UInt64) -> Int64 {
    guard depth > 0, whole > 0 else { return 0 }
    return Int64(whole.dividingFullWidth(UInt64(depth).multipliedFullWidth(by: part)).quotient)
  }
}

extension LevelWeights {
  /// The weights of as many levels as there can be, at most `limit`, of which none gets less than
  /// `minimum` of `depth`.
  static func most(limit: Int, depth: BaseLots, multiplier: Double, minimum: BaseLots)
    -> LevelWeights
  {
    let least = max(minimum.count, 1)
    var most = LevelWeights(count: 0, multiplier: multiplier)
    var over = Int(min(Int64(limit), max(0, depth.count) / least)) + 1
    var next = over - 1
    while next > most.count {
      let weights = LevelWeights(count: next, multiplier: multiplier)
      if weights.smallestShare(of: depth.count) >= least { most = weights } else { over = next }
      next = (most.count + over) / 2
    }
    return most
  }

  /// Sizes that grow outwards as the weights do and sum exactly to `depth`.
  ///
  /// Each level ends where its share of the running total ends, so that none is off by a whole lot.
  func sizes(of depth: BaseLots) -> [BaseLots] {
    var (running, given) = (UInt64(0), Int64(0))
    return values.map { weight in
      running += weight
      let end = Self.part(of: depth.count, running, total)
      defer { given = end }
      return BaseLots(end - given)
    }
  }
}
