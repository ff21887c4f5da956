import Bundles
import Isolation
import PluginAPI

/// Slots and blocks: every slot has a leader, and most leaders make a block.
struct BlockClock: Sendable {
  /// Slots that one leader has in a row.
  private static let leaderSlots: UInt64 = 4

  /// Slots since the start.
  private(set) var slot: UInt64 = 0
  /// Blocks since the start.
  private(set) var height: UInt64 = 0
  /// Begins the names of everything that happens, so that an exchange that starts anew repeats none.
  let origin: String
  private let settings: ChainSettings
  private let seed: UInt64
  private var heights: [UInt64]

  init(_ settings: ChainSettings, seed: UInt64, start: Timestamp) {
    self.settings = settings
    self.seed = seed
    heights = [UInt64](repeating: 0, count: Int(clamping: settings.finalizedAfter) + 1)
    var digest = Digest()
    digest.add("\(start.nanoseconds) \(seed)".utf8)
    origin = String(digest.text.prefix(5))
  }

  /// Goes on to the next slot.
  ///
  /// - Returns: Whether it has a block.
  mutating func advance() -> Bool {
    slot += 1
    let hasBlock = !happens(settings.skippedSlots, slot, salt: 1)
    if hasBlock { height += 1 }
    heights[Int(slot % UInt64(heights.count))] = height
    return hasBlock
  }

  /// The height of the newest block that cannot be undone, seen from `slot`.
  func finalizedHeight(at slot: UInt64) -> UInt64 {
    guard slot >= settings.finalizedAfter, self.slot - slot < UInt64(heights.count) else {
      return 0
    }
    let depth = slot - settings.finalizedAfter
    guard self.slot - depth < UInt64(heights.count) else { return 0 }
    return heights[Int(depth % UInt64(heights.count))]
  }

  func commitment(of slot: UInt64, at now: UInt64) -> Commitment {
    let depth = now - slot
    if depth >= settings.finalizedAfter { return .finalized }
    return depth >= settings.confirmedAfter ? .confirmed : .processed
  }

  // MARK: Leaders

  func takesBundles(_ slot: UInt64) -> Bool {
    happens(settings.bundleLeaders, slot / Self.leaderSlots, salt: 2)
  }

  /// The next slot whose leader takes bundles, if one comes up within a few minutes.
  var nextBundleSlot: UInt64? { (slot + 1..<slot + 600).first(where: takesBundles) }

  private func happens(_ share: Percent, _ number: UInt64, salt: UInt64) -> Bool {
    if share <= 0 { return false }
    if share >= .whole { return true }
    var random = SeededRandom(seed: seed &+ number &* 0x9E37_79B9 &+ salt << 48)
    return random.uniform() < share.fraction
  }

  // MARK: Blockhashes

  /// The blockhash of the block `age` blocks ago.
  func blockhash(age: UInt64) -> Blockhash {
    let block = height - min(height, age)
    return Blockhash(
      hash: "\(origin)-\(block)", lastValidBlockHeight: block + settings.blockhashLife, slot: slot)
  }

  /// The last block that a transaction with this hash can be in; `nil` when it is none of ours.
  func lastValidHeight(of hash: String) -> UInt64? {
    guard hash.hasPrefix(origin), let block = UInt64(hash.dropFirst(origin.utf8.count + 1)) else {
      return nil
    }
    return block <= height ? block + settings.blockhashLife : nil
  }
}
