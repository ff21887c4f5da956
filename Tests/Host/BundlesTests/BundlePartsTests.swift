import FoundationEssentials
import PluginAPI
import Testing

@testable import Bundles

@Suite struct KillFileTests {
  private let folder =
    FileManager.default.temporaryDirectory.path + "/kill-\(UInt64.random(in: 0 ... .max))"

  @Test func `the switch is set while the file exists`() async throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let file = KillFile(path: folder + "/KILL")
    #expect(await file.read() == .clear)
    #expect(FileManager.default.createFile(atPath: folder + "/KILL", contents: nil))
    #expect(await file.read() == .set)
    try FileManager.default.removeItem(atPath: folder + "/KILL")
    #expect(await file.read() == .clear)
    try FileManager.default.removeItem(atPath: folder)
  }

  @Test func `a missing folder means clear, a path through a file means unreadable`() async {
    #expect(await KillFile(path: folder + "/none/KILL").read() == .clear)
    let path = "/etc/passwd/KILL"
    #expect(await KillFile(path: path).read() == .unreadable("\(path): Not a directory"))
  }
}

@Suite struct BundleRecordTests {
  @Test func `a record keeps everything over storing`() throws {
    let bundle = AcceptedBundle(
      id: "s/1", intents: [place("a1", .bid, 95), .cancelAll(account: "a1")], tip: Lamports(5),
      priority: .rebuild, payer: "a")
    var record = BundleRecord(
      submitter: submitter(effect: 1), label: "x", bundle: bundle, isSynthetic: true,
      accepted: wall)
    record.state = .landed
    record.landedSlot = 9
    record.results = [.placed("1", size: BaseLots(3)), .done]
    record.signed = SignedBundle(
      id: "s/1", attempt: 2,
      blockhash: Blockhash(hash: "h", lastValidBlockHeight: 150, slot: 1),
      transactions: [SignedTransaction(signature: "x", bytes: [0, 10, 255])])
    let copy = try JSONDecoder().decode(BundleRecord.self, from: JSONEncoder().encode(record))
    #expect(copy == record)
    #expect(copy.outcome == .landed(slot: 9, results: [.placed("1", size: BaseLots(3)), .done]))
  }

  @Test func `identity comes from slot and effect alone`() {
    let first = submitter("a", slot: "grid@17", effect: 2).bundleID
    #expect(first == submitter("b", slot: "grid@17", effect: 2).bundleID)
    #expect(first != submitter("a", slot: "grid@17", effect: 3).bundleID)
    #expect(first == "grid@17/2")
  }
}

@Suite struct ClaimLedgerTests {
  private let claim = Claim(
    draws: ["a": WalletDraw(sol: 5, token: 0, usdc: 0)], quotes: [], orders: [:])

  @Test func `a claim counts for every read that began before its end`() {
    var ledger = ClaimLedger()
    ledger.open("x", claim)
    let early = ledger.beginRead()
    ledger.end("x")
    let late = ledger.beginRead()
    #expect(ledger.inFlight(for: early).draws["a"]?.sol == 5)
    #expect(ledger.inFlight(for: late).draws["a"] == nil)
    ledger.endRead(early)
    ledger.endRead(late)
    #expect(ledger.inFlight(for: 0).draws["a"] == nil)
  }
}
