import PluginAPI

/// Where the price stands between the pivot and an edge of the channel.
enum ChannelPlace: Sendable, Hashable {
  /// Above the pivot; 0 % at the pivot, 100 % at the upper edge and beyond.
  case upper(Percent)
  /// Below the pivot; 0 % at the pivot, 100 % at the lower edge and beyond.
  case lower(Percent)
  /// There is no channel or no price, and which of them.
  case unknown(String)

  init(_ market: MarketSnapshot) {
    guard let channel = market.channel else {
      self = .unknown("the market has no channel yet")
      return
    }
    guard let price = market.mid else {
      self = .unknown("a side of the book is empty")
      return
    }
    let center = channel.center.count
    if price.count >= center {
      self = .upper(Self.share(price.count - center, of: channel.upper.count - center))
    } else {
      self = .lower(Self.share(center - price.count, of: center - channel.lower.count))
    }
  }

  private static func share(_ part: Int64, of whole: Int64) -> Percent {
    guard whole > 0 else { return part > 0 ? .whole : .zero }
    let share = Int128(part) * Int128(Percent.whole.count) / Int128(whole)
    return min(.whole, Percent(Int64(clamping: share)))
  }
}
