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
  /// How many sign it.
  var signatures: Int
  var intents: [Intent]
}

extension TransactionContent {
  private static let mostIntents = 1_024
  private static let mostSignatures = 64

  init(_ planned: PlannedTransaction, _ blockhash: Blockhash, nonce: UInt64) {
    self.init(
      payer: planned.payer, tip: planned.tip, blockhash: blockhash.hash, size: planned.bytes,
      computeUnits: planned.computeUnits, firstIntent: planned.firstIntent, nonce: nonce,
      signatures: planned.signatures, intents: planned.intents)
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
    for number in [size, computeUnits, firstIntent, signatures] {
      out.add(UInt64(max(0, number)))
    }
    out.add(nonce)
    out.add(UInt64(keys.names.count))
    for name in keys.names { out.add(name) }
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
    signatures = try input.count(atMost: Self.mostSignatures)
    nonce = try input.number()
    let keys = try KeyTable(&input)
    intents = []
    for _ in 0..<(try input.count(atMost: Self.mostIntents)) {
      intents.append(try input.intent(keys))
    }
    guard input.isAtEnd else { throw ByteCodeError() }
  }
}

/// The names in a transaction, each once.
struct KeyTable {
  private static let mostNames = 1_024

  private(set) var names: [String] = []

  init() {}

  init(_ input: inout ByteDecoder) throws(ByteCodeError) {
    for _ in 0..<(try input.count(atMost: Self.mostNames)) { names.append(try input.text()) }
  }

  mutating func index(of name: String) -> UInt64 {
    if let known = names.firstIndex(of: name) { return UInt64(known) }
    names.append(name)
    return UInt64(names.count - 1)
  }
}
