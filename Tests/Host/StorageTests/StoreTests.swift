import PluginAPI
import Telemetry
import TestSupport
import Testing

@testable import Storage

/// The stores that must behave alike.
enum Engine: String, CaseIterable {
  case memory
  case sqlite

  /// Runs `body` on an empty store.
  func run(_ body: (any Store) async throws -> Void) async throws {
    let directory = TemporaryDirectory()
    let store: any Store =
      switch self {
      case .memory: MemoryStore()
      case .sqlite: try await SQLiteStore.open(path: directory.file("new/store.db"))
      }
    try await body(store)
    await store.close()
    withExtendedLifetime(directory) {}
  }
}

@Suite(.timeLimit(.minutes(1))) struct StoreTests {
  @Test(arguments: Engine.allCases)
  func aSlotIsRecordedOnce(_ engine: Engine) async throws {
    try await engine.run { store in
      try await store.record([SlotRecord("a", 1), SlotRecord("a", 2)])
      var again = SlotRecord("a", 2)
      again.run = "another"
      try await store.record([again, SlotRecord("a", 3), SlotRecord("a", 2, attempt: 2)])
      let slots = try await store.slots(job: "a", limit: 3)
      #expect(
        slots == [SlotRecord("a", 3), SlotRecord("a", 2, attempt: 2), SlotRecord("a", 2)])
    }
  }

  @Test(arguments: Engine.allCases)
  func aManualSlotIsAnotherSlot(_ engine: Engine) async throws {
    try await engine.run { store in
      let manual = SlotRecord(key: SlotKey("a", 1, kind: "manual"), generation: 1)
      try await store.record([SlotRecord("a", 1), manual, manual])
      #expect(try await store.slots(job: "a", limit: 9).count == 2)
    }
  }

  @Test(arguments: Engine.allCases)
  func theLedgersChangesHappenInTheirOrder(_ engine: Engine) async throws {
    try await engine.run { store in
      let standing = StandingRecord(job: "a", state: "paused", note: "", since: at(1))
      let streak = SlotStreak(
        job: "a", kind: "cadence", first: at(1), last: at(1), count: 1, outcome: "done")
      try await store.write([
        .slot(SlotRecord("a", 1)), .streak(streak), .slot(SlotRecord("a", 2)),
        .standing(standing), .forgetStanding("a"),
      ])
      #expect(try await store.openSlots() == [SlotRecord("a", 2)])
      #expect(try await store.standings() == [])
    }
  }

  @Test(arguments: Engine.allCases)
  func aSlotKeepsItsFirstEnd(_ engine: Engine) async throws {
    try await engine.run { store in
      try await store.record([SlotRecord("a", 1), SlotRecord("a", 2), SlotRecord("b", 1)])
      let ending = SlotEnding(
        key: SlotKey("a", 1), outcome: "superseded", reason: "overlap", supersededBy: at(2))
      try await store.close([ending, SlotEnding(key: SlotKey("a", 9), outcome: "ran")])
      try await store.close([SlotEnding(key: SlotKey("a", 1), outcome: "ran")])
      #expect(try await store.openSlots() == [SlotRecord("b", 1), SlotRecord("a", 2)])
      var closed = SlotRecord("a", 1)
      closed.outcome = "superseded"
      closed.reason = "overlap"
      closed.supersededBy = at(2)
      #expect(try await store.slots(job: "a", limit: 9).last == closed)
    }
  }

  @Test(arguments: Engine.allCases)
  func aSummaryCountsEndsAndWhatHasNone(_ engine: Engine) async throws {
    try await engine.run { store in
      try await store.record([SlotRecord("a", 5), SlotRecord("a", 6), SlotRecord("b", 6)])
      try await store.close([SlotEnding(key: SlotKey("a", 5), outcome: "skipped")])
      let skip = SlotStreak(
        job: "a", kind: "every", first: at(5), last: at(5), count: 1, outcome: "skipped")
      try await store.record([skip])
      let streak = SlotStreak(
        job: "a", kind: "every", first: at(10), last: at(19), count: 10, outcome: "ran")
      try await store.record([streak])
      var longer = streak
      (longer.last, longer.count) = (at(29), 20)
      try await store.record([longer])
      #expect(
        try await store.slotSummary(job: "a", in: at(0)..<at(100))
          == SlotSummary(counts: ["skipped": 1, "ran": 20], open: 1))
      #expect(
        try await store.slotSummary(job: "a", in: at(15)..<at(20))
          == SlotSummary(counts: ["ran": 5]))
      #expect(try await store.slotSummary(job: "a", in: at(6)..<at(11)).total == 2)
      #expect(try await store.slotSummary(job: "c", in: at(0)..<at(100)).total == 0)
    }
  }

  @Test(arguments: Engine.allCases)
  func aRunIsUpdatedAndFound(_ engine: Engine) async throws {
    try await engine.run { store in
      try await store.record([RunRecord("r1", "a", 1), RunRecord("r2", "a", 2)])
      try await store.record([RunRecord("r1", "a", 1).finished, RunRecord("r3", "b", 3)])
      #expect(try await store.openRuns().map(\.id) == ["r2", "r3"])
      #expect(try await store.run(id: "r1") == RunRecord("r1", "a", 1).finished)
      #expect(try await store.run(id: "r9") == nil)
      #expect(try await store.runs(job: "a", limit: 9, before: nil).map(\.id) == ["r2", "r1"])
      #expect(try await store.runs(job: nil, limit: 2, before: nil).map(\.id) == ["r3", "r2"])
      #expect(try await store.runs(job: nil, limit: 9, before: at(2)).map(\.id) == ["r1"])
    }
  }

  @Test(arguments: Engine.allCases)
  func anEndlessErrorTextIsCut(_ engine: Engine) async throws {
    try await engine.run { store in
      var run = RunRecord("r1", "a", 1)
      run.text = String(repeating: "x", count: 1_000_000)
      try await store.record([run])
      #expect(try await store.run(id: "r1")?.text?.utf8.count == RunRecord.maxTextBytes)
    }
  }

  @Test(arguments: Engine.allCases)
  func anchorsAndStandingsAreReplacedAndForgotten(_ engine: Engine) async throws {
    try await engine.run { store in
      let sequence = SlotSequence(job: "a", kind: "every")
      var anchor = AnchorRecord(sequence: sequence, interval: .milliseconds(1_500), anchor: at(0))
      try await store.write([.anchor(anchor)])
      anchor.last = at(9)
      try await store.write([.anchor(anchor)])
      #expect(try await store.anchors() == [anchor])
      try await store.write([.forgetAnchor(sequence)])
      #expect(try await store.anchors().isEmpty)
      let paused = StandingRecord(job: "a", state: "paused", note: "by hand", since: at(1))
      try await store.write([.standing(paused)])
      #expect(try await store.standings() == [paused])
      try await store.write([.forgetStanding("a")])
      #expect(try await store.standings().isEmpty)
    }
  }

  @Test(arguments: Engine.allCases)
  func theNewestSlotOfASequenceIsFound(_ engine: Engine) async throws {
    try await engine.run { store in
      try await store.record([SlotRecord("a", 30)])
      try await store.record([
        SlotStreak(
          job: "a", kind: "every", first: at(10), last: at(19), count: 10, outcome: "done")
      ])
      let lasts = try await store.lastSlots()
      #expect(lasts[SlotSequence(job: "a", kind: "every")] == at(19))
      #expect(lasts[SlotSequence(job: "a", kind: SlotKey("a", 30).kind)] == at(30))
    }
  }

  @Test(arguments: Engine.allCases)
  func theLastGoodGenerationIsFound(_ engine: Engine) async throws {
    try await engine.run { store in
      #expect(try await store.lastGoodGeneration() == nil)
      for number in Int64(1)...3 {
        var generation = GenerationRecord(
          number: number, digest: "d", table: "jobs: {}", created: at(number), source: "jobs.yaml")
        generation.isGood = number < 3
        generation.diff = "+ job \(number)"
        try await store.appendGeneration(generation)
      }
      #expect(try await store.lastGoodGeneration()?.number == 2)
      #expect(try await store.generation(3)?.diff == "+ job 3")
      #expect(try await store.generations(limit: 2).map(\.number) == [3, 2])
      let twice = GenerationRecord(
        number: 3, digest: "x", table: "", created: at(0), source: "")
      let error = await #expect(throws: StoreError.self) { try await store.appendGeneration(twice) }
      #expect(error?.code == .conflict)
    }
  }

  @Test(arguments: Engine.allCases)
  func jobStateBelongsToOneJob(_ engine: Engine) async throws {
    try await engine.run { store in
      try await store.storeState(job: "a", key: "k", json: "{\"n\":1}", at: at(1))
      try await store.storeState(job: "b", key: "k", json: "2", at: at(1))
      try await store.storeState(job: "a", key: "k", json: "3", at: at(2))
      #expect(try await store.loadState(job: "a", key: "k") == "3")
      #expect(try await store.state(job: "b") == ["k": "2"])
      try await store.storeState(job: "a", key: "k", json: nil, at: at(3))
      #expect(try await store.loadState(job: "a", key: "k") == nil)
    }
  }

  @Test(arguments: Engine.allCases)
  func aJobHasSoManyKeysAndNoMore(_ engine: Engine) async throws {
    try await engine.run { store in
      for number in 0..<mostStateKeys {
        try await store.storeState(job: "a", key: "\(number)", json: "1", at: at(0))
      }
      let error = await #expect(throws: StoreError.self) {
        try await store.storeState(job: "a", key: "new", json: "1", at: at(0))
      }
      #expect(
        error?.code == .tooMany && error?.message.hasPrefix("new: the state of a has") == true)
      try await store.storeState(job: "a", key: "7", json: "2", at: at(0))
      try await store.storeState(job: "b", key: "new", json: "1", at: at(0))
      try await store.storeState(job: "a", key: "8", json: nil, at: at(0))
      try await store.storeState(job: "a", key: "new", json: "1", at: at(0))
      #expect(try await store.state(job: "a").count == mostStateKeys)
    }
  }

  @Test(arguments: Engine.allCases)
  func theSameEffectIsAcceptedOnce(_ engine: Engine) async throws {
    try await engine.run { store in
      let first = BundleRecord("b1")
      #expect(try await store.acceptBundle(first) == .accepted)
      #expect(try await store.acceptBundle(BundleRecord("b2")) == .existing(first))
      try await store.updateBundle(first.landed)
      #expect(try await store.acceptBundle(BundleRecord("b3")) == .existing(first.landed))
      #expect(try await store.acceptBundle(BundleRecord("b4", effect: 2)) == .accepted)
      let error = await #expect(throws: StoreError.self) {
        try await store.acceptBundle(BundleRecord("b1", effect: 3))
      }
      #expect(error?.code == .conflict)
      let missing = await #expect(throws: StoreError.self) {
        try await store.updateBundle(BundleRecord("b9"))
      }
      #expect(missing?.code == .missing)
    }
  }

  @Test(arguments: Engine.allCases)
  func bundlesAreFound(_ engine: Engine) async throws {
    try await engine.run { store in
      for number in 1...4 {
        _ = try await store.acceptBundle(
          BundleRecord("b\(number)", effect: number, accepted: Int64(number)))
      }
      try await store.updateBundle(BundleRecord("b2", effect: 2, accepted: 2).landed)
      #expect(try await store.unfinishedBundles().map(\.id) == ["b1", "b3", "b4"])
      #expect(try await store.bundles(job: "grid", limit: 2).map(\.id) == ["b4", "b3"])
      #expect(try await store.bundles(job: nil, limit: 9).count == 4)
      #expect(try await store.bundles(job: "other", limit: 9).isEmpty)
      #expect(try await store.bundles(run: "r1").map(\.effect) == [1, 2, 3, 4])
      #expect(try await store.bundle(id: "b2")?.landedSlot == .max)
      #expect(try await store.bundle(id: "b2") == BundleRecord("b2", effect: 2, accepted: 2).landed)
      #expect(
        try await store.bundleCosts(since: at(2)) == BundleCosts(tips: 0.003, fees: 0.000_01))
      #expect(try await store.bundleCosts(since: at(5)) == BundleCosts(tips: 0, fees: 0))
    }
  }

  @Test(arguments: Engine.allCases)
  func eventsComeInOrder(_ engine: Engine) async throws {
    try await engine.run { store in
      #expect(try await store.lastEvent() == 0)
      let odd = Event(2, fields: ["b": "\"\\\n\u{1}é", "a": ""])
      try await store.appendEvents([Event(1), odd, Event(3)])
      try await store.appendEvents([Event(2)])
      #expect(try await store.events(after: 1, limit: 9) == [odd, Event(3)])
      #expect(try await store.events(after: 0, limit: 1) == [Event(1)])
      #expect(try await store.lastEvent() == 3)
    }
  }

  @Test(arguments: Engine.allCases)
  func aTradeIsNeverCountedTwice(_ engine: Engine) async throws {
    try await engine.run { store in
      let trades = [Trade("t2", 1), Trade("t1", 1), Trade("t3", 0)]
      let first = try await store.appendTrades(trades + [Trade("t1", 1)])
      #expect(first == 3)
      let second = try await store.appendTrades([Trade("t3", 7), Trade("t4", 2)])
      #expect(second == 1)
      let kept = try await store.trades(since: at(1), limit: 9)
      #expect(kept == [Trade("t1", 1), Trade("t2", 1), Trade("t4", 2)])
    }
  }

  @Test(arguments: Engine.allCases)
  func barsAreReplaced(_ engine: Engine) async throws {
    try await engine.run { store in
      var bar = BarRecord(start: at(60), opening: PriceLots(5), volume: BaseLots(1))
      try await store.appendBars([
        bar, BarRecord(start: at(0), opening: PriceLots(4), volume: .zero),
      ])
      (bar.high, bar.low, bar.close) = (PriceLots(9), PriceLots(3), PriceLots(6))
      try await store.appendBars([bar])
      #expect(try await store.bars(since: at(1), limit: 9) == [bar])
      #expect(try await store.bars(since: at(0), limit: 9).count == 2)
    }
  }

  @Test(arguments: Engine.allCases)
  func theAuditTrailGrows(_ engine: Engine) async throws {
    try await engine.run { store in
      for number in 1...3 {
        try await store.appendAudit(
          AuditRecord(
            time: at(0), who: "anna", action: "pause", job: "grid", before: "idle", after: "paused",
            detail: "\(number)"))
      }
      let newest = AuditRecord(
        time: at(0), who: "anna", action: "pause", job: "grid", before: "idle", after: "paused",
        detail: "3")
      #expect(try await store.audit(limit: 2).first == newest)
      #expect(try await store.audit(limit: 2).map(\.detail) == ["3", "2"])
    }
  }

  @Test(arguments: Engine.allCases)
  func pruningKeepsWhatIsUnfinished(_ engine: Engine) async throws {
    try await engine.run { store in
      try await store.record([SlotRecord("a", 1), SlotRecord("a", 2), SlotRecord("a", 90)])
      try await store.close([
        SlotEnding(key: SlotKey("a", 2), outcome: "ran"),
        SlotEnding(key: SlotKey("a", 90), outcome: "ran"),
      ])
      try await store.record([RunRecord("r1", "a", 1), RunRecord("r2", "a", 2).finished])
      _ = try await store.acceptBundle(BundleRecord("b1", effect: 1))
      _ = try await store.acceptBundle(BundleRecord("b2", effect: 2))
      try await store.updateBundle(BundleRecord("b2", effect: 2).landed)
      try await store.appendEvents([Event(1), Event(95)])
      _ = try await store.appendTrades([Trade("t1", 1)])
      var generation = GenerationRecord(
        number: 1, digest: "", table: "", created: at(0), source: "")
      generation.isGood = true
      try await store.appendGeneration(generation)
      #expect(try await store.prune(.all(.seconds(50)), now: at(100)) == 4)
      #expect(try await store.slots(job: "a", limit: 9).map(\.key.slot) == [at(90), at(1)])
      #expect(try await store.openRuns().map(\.id) == ["r1"])
      #expect(try await store.run(id: "r2") == nil)
      #expect(try await store.bundles(job: nil, limit: 9).map(\.id) == ["b1"])
      #expect(try await store.events(after: 0, limit: 9).map(\.sequence) == [95])
      #expect(try await store.trades(since: at(0), limit: 9).count == 1)
      #expect(try await store.lastGoodGeneration() == generation)
    }
  }

  @Test(arguments: Engine.allCases)
  func aClosedStoreSaysSo(_ engine: Engine) async throws {
    try await engine.run { store in
      await store.close()
      let write = await #expect(throws: StoreError.self) {
        try await store.record([SlotRecord("a", 1)])
      }
      let read = await #expect(throws: StoreError.self) { try await store.openSlots() }
      #expect([write?.code, read?.code] == [.closed, .closed])
    }
  }
}
