import PluginAPI

/// Where the price stands between the pivot and an edge of the channel.
enum ChannelPlace: Sendable, Hashable {
  /// Above the pivot; 0 % at the pivot, 100 % at the upper edge and beyond.
  case upper(Percent)
  /// Below the pivot; 0 % at the pivot, 100 % at the lower edge and beyond.
  case lower(Percent)
  /// There is no price, no pivot or no channel yet.
  case unknown

  init(_ market: MarketSnapshot, channel: Channel?) {
    guard let channel, let pivot = market.pivot, let price = market.mid else {
      self = .unknown
      return
    }
    if price >= pivot {
      self = .upper(Self.share(price.count - pivot.count, of: channel.upper.count - pivot.count))
    } else {
      self = .lower(Self.share(pivot.count - price.count, of: pivot.count - channel.lower.count))
    }
  }

  private static func share(_ part: Int64, of whole: Int64) -> Percent {
    guard whole > 0 else { return part > 0 ? .whole : .zero }
    let share = Int128(part) * Int128(Percent.whole.count) / Int128(whole)
    return min(.whole, Percent(Int64(clamping: share)))
  }
}
