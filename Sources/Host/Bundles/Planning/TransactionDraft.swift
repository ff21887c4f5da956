package import PluginAPI

/// A transaction under construction, with its exact size.
///
/// Layout: signatures; header; account keys; blockhash; instructions; in version 0 also a version
/// byte and the lookup tables (Solana, legacy and version-0 messages).
package struct TransactionDraft: Sendable {
  /// The largest packet that the network and the block engine take.
  package static let limit = 1_232
  /// The most compute units of a transaction.
  package static let computeLimit = 1_400_000
  /// The most accounts that a transaction may lock.
  package static let accountLimit = 64

  private struct Use {
    var signs: Bool
    var writes: Bool
    var isLookedUp: Bool
  }

  private var uses: [AccountKey: Use] = [:]
  private var instructionBytes = 0
  private var instructionCount = 0
  package private(set) var computeUnits = 0
  private let isCovered: @Sendable (AccountKey) -> Bool

  package init(isCovered: @escaping @Sendable (AccountKey) -> Bool = { _ in false }) {
    self.isCovered = isCovered
  }

  /// Adds an instruction.
  package mutating func add(_ instruction: Instruction) {
    use(.read(instruction.program), isInvoked: true)
    for account in instruction.accounts { use(account) }
    instructionBytes += Self.bytes(instruction)
    instructionCount += 1
    computeUnits += instruction.computeUnits
  }

  /// Changes an instruction that was added into another one.
  mutating func replace(_ old: Instruction, by new: Instruction) {
    instructionBytes -= Self.bytes(old)
    instructionCount -= 1
    computeUnits -= old.computeUnits
    add(new)
  }

  /// Makes `wallet` the one that pays the fee.
  package mutating func setPayer(_ wallet: WalletID) { use(.pay(.wallet(wallet))) }

  private mutating func use(_ account: AccountUse, isInvoked: Bool = false) {
    let isLookedUp = !account.signs && !isInvoked && isCovered(account.key)
    var use = uses[account.key] ?? Use(signs: false, writes: false, isLookedUp: isLookedUp)
    use.signs = use.signs || account.signs
    use.writes = use.writes || account.writes
    use.isLookedUp = use.isLookedUp && isLookedUp
    uses[account.key] = use
  }

  private static func bytes(_ instruction: Instruction) -> Int {
    let (accounts, data) = (instruction.accounts.count, instruction.data)
    return 1 + shortLength(accounts) + accounts + shortLength(data) + data
  }

  /// Bytes of a compact-u16 length.
  static func shortLength(_ count: Int) -> Int { count < 0x80 ? 1 : count < 0x4000 ? 2 : 3 }

  /// Whether there is nothing in it.
  package var isEmpty: Bool { instructionCount == 0 }

  /// How many wallets and new accounts sign.
  package var signatures: Int { uses.values.count { $0.signs } }

  /// Its size in bytes, in the smaller of the two formats.
  package var bytes: Int {
    let lookedUp = uses.values.filter(\.isLookedUp)
    let legacy = size(keys: uses.count)
    guard !lookedUp.isEmpty else { return legacy }
    let (writable, readOnly) = (lookedUp.count { $0.writes }, lookedUp.count { !$0.writes })
    let table = 32 + Self.shortLength(writable) + writable + Self.shortLength(readOnly) + readOnly
    return min(legacy, size(keys: uses.count - lookedUp.count) + 1 + 1 + table)
  }

  private func size(keys: Int) -> Int {
    let signed = Self.shortLength(signatures) + 64 * signatures
    let header = 3 + Self.shortLength(keys) + 32 * keys + 32
    return signed + header + Self.shortLength(instructionCount) + instructionBytes
  }

  /// Whether it may be sent as it is.
  package var fits: Bool {
    bytes <= Self.limit && computeUnits <= Self.computeLimit && uses.count <= Self.accountLimit
  }
}
