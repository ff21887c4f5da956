import Bundles
import PluginAPI

/// What the bytes of a transaction say.
struct TransactionContent: Sendable, Hashable {
  var payer: WalletID
  var tip: Lamports?
  var blockhash: String
  /// Its size on the chain, as planned.
  var size: Int
  var computeUnits: Int
  var firstIntent: Int
  /// Keeps equal transactions of different bundles and attempts apart, as a price for compute units
  /// that differs by a trifle does on the chain.
  var nonce: UInt64
  var intents: [Intent]
  /// Wallets, and accounts whose wallets sign, each once.
  var signers: [String] = []
}

extension TransactionContent {
  private static let mostIntents = 1_024

  init(_ planned: PlannedTransaction, _ blockhash: Blockhash, nonce: UInt64) {
    self.init(
      payer: planned.payer, tip: planned.tip, blockhash: blockhash.hash, size: planned.bytes,
      computeUnits: planned.computeUnits, firstIntent: planned.firstIntent, nonce: nonce,
      intents: planned.intents)
  }

  // MARK: Bytes

  /// Names stand once in front, intents point at them.
  func encoded() -> [UInt8] {
    var keys = KeyTable()
    var body = ByteEncoder(reserving: 16 + 16 * intents.count)
    for intent in intents { body.add(intent, &keys) }
    var out = ByteEncoder(reserving: 96 + body.bytes.count)
    out.add(payer.description)
    out.add(tip.map { UInt64(max(0, $0.count)) + 1 } ?? 0)
    out.add(blockhash)
    for number in [size, computeUnits, firstIntent] { out.add(UInt64(max(0, number))) }
    out.add(nonce)
    out.add(UInt64(keys.names.count))
    for (name, signs) in zip(keys.names, keys.signs) {
      out.add(UInt64(signs ? 1 : 0))
      out.add(name)
    }
    out.add(UInt64(intents.count))
    return out.bytes + body.bytes
  }

  init(decoding bytes: [UInt8]) throws(ByteCodeError) {
    var input = ByteDecoder(bytes)
    payer = WalletID(try input.text())
    let tip = try input.number()
    guard tip <= UInt64(Int64.max) else { throw ByteCodeError() }
    self.tip = tip == 0 ? nil : Lamports(Int64(tip - 1))
    blockhash = try input.text()
    size = try input.count(atMost: .max)
    computeUnits = try input.count(atMost: .max)
    firstIntent = try input.count(atMost: .max)
    nonce = try input.number()
    let keys = try KeyTable(&input)
    intents = []
    for _ in 0..<(try input.count(atMost: Self.mostIntents)) {
      intents.append(try input.intent(keys))
    }
    guard input.isAtEnd else { throw ByteCodeError() }
    signers = zip(keys.names, keys.signs).compactMap { $1 ? $0 : nil }
  }
}

/// The names in a transaction, each once.
struct KeyTable {
  private(set) var names: [String] = []
  /// Whether somebody signs for the name.
  private(set) var signs: [Bool] = []

  init() {}

  init(_ input: inout ByteDecoder) throws(ByteCodeError) {
    for _ in 0..<(try input.count(atMost: 1_024)) {
      signs.append(try input.number() == 1)
      names.append(try input.text())
    }
  }

  mutating func index(of name: String, signs isSigning: Bool) -> UInt64 {
    if let known = names.firstIndex(of: name) {
      signs[known] = signs[known] || isSigning
      return UInt64(known)
    }
    names.append(name)
    signs.append(isSigning)
    return UInt64(names.count - 1)
  }
}
