import FoundationEssentials
import Glibc
import Isolation
import PluginAPI
import Telemetry
import TestSupport
import Testing

@testable import Storage

/// What only the store on disk can get wrong.
@Suite(.timeLimit(.minutes(1))) struct SQLiteTests {
  private let directory = TemporaryDirectory()
  private var path: String { directory.file("store.db") }

  @Test func theFileIsForItsOwnerAlone() async throws {
    let directory = TemporaryDirectory()
    let store = try await SQLiteStore.open(path: directory.file("store.db"))
    for name in ["store.db", "store.db-wal"] {
      var info = stat()
      #expect(stat(directory.file(name), &info) == 0 && info.st_mode & 0o777 == 0o600)
    }
    await store.close()
  }

  @Test func aSecondHostIsRefusedWithTheHoldersProcess() async throws {
    let first = try await SQLiteStore.open(path: path)
    let error = await #expect(throws: StoreError.self) { try await SQLiteStore.open(path: path) }
    #expect(error?.code == .owned(by: getpid()))
    #expect(error?.message.contains("in use by process \(getpid())") == true)
    #expect(error?.message.contains(path) == true)
    await first.close()
    try await SQLiteStore.open(path: path).close()
  }

  @Test func whatReturnedIsOnDisk() async throws {
    let store = try await SQLiteStore.open(path: path)
    try await store.record([SlotRecord("a", 1)])
    // What another machine would find after a power cut: the files as they are now.
    let copy = directory.file("copy.db")
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
    }
    let found = try await SQLiteStore.open(path: copy)
    #expect(try await found.openSlots() == [SlotRecord("a", 1)])
    await found.close()
    await store.close()
  }

  @Test func aRestartFindsEverything() async throws {
    var store = try await SQLiteStore.open(path: path)
    let paused = StandingRecord(job: "a", state: "paused", note: "", since: at(1))
    try await store.write([.standing(paused)])
    await store.close()
    store = try await SQLiteStore.open(path: path)
    #expect(try await store.standings() == [paused])
    await store.close()
  }

  @Test func aFailedWriteIsUndoneAloneAndTheOthersStand() async throws {
    let store = try await SQLiteStore.open(path: path)
    let generation = GenerationRecord(
      number: 1, digest: "", table: "", created: at(0), source: "")
    try await store.appendGeneration(generation)
    // One group: the queue's thread is kept busy until all have come in.
    let results = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<50 {
        group.addTask {
          do {
            if number % 5 == 0 {
              try await store.write { database throws(StoreError) in
                try database.run(
                  "INSERT INTO audit (time, who, action, detail) VALUES (0, '', '', 'half')")
                throw StoreError(.conflict, "no")
              }
            } else {
              try await store.record([SlotRecord("a", Int64(number))])
            }
            return true
          } catch {
            return false
          }
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(results == 40)
    #expect(try await store.openSlots().count == 40)
    #expect(try await store.audit(limit: 9).isEmpty)
    await store.close()
  }

  @Test func aFullDiskIsSaidAndReadingGoesOn() async throws {
    let store = try await SQLiteStore(path: path, pageLimit: 40)
    try await store.record([SlotRecord("a", 1)])
    let text = String(repeating: "x", count: 10_000)
    var failure: StoreError?
    for number in 0..<100 where failure == nil {
      do {
        try await store.storeState(job: "a", key: "\(number)", json: text, at: at(0))
      } catch {
        failure = error
      }
    }
    #expect(failure?.code == .full)
    #expect(failure?.message.contains("free some space") == true)
    #expect(try await store.openSlots() == [SlotRecord("a", 1)])
    // Space that comes free is used again, without a restart.
    for number in 0..<100 {
      try await store.storeState(job: "a", key: "\(number)", json: nil, at: at(0))
    }
    try await store.record([SlotRecord("a", 2)])
    await store.close()
  }

  @Test func aReadOnlyDatabaseIsSaid() async throws {
    let store = try await SQLiteStore.open(path: path)
    try await store.write { database throws(StoreError) in
      try database.execute("PRAGMA query_only = 1")
    }
    let error = await #expect(throws: StoreError.self) {
      try await store.record([SlotRecord("a", 1)])
    }
    #expect(error?.code == .readOnly)
    await store.close()
  }

  @Test func aFileThatIsNoDatabaseIsLeftAlone() async throws {
    let text = String(repeating: "not a database\n", count: 100)
    try Data(text.utf8).write(to: URL(filePath: path))
    let error = await #expect(throws: StoreError.self) { try await SQLiteStore.open(path: path) }
    #expect(error?.code == .damaged)
    #expect(error?.message.contains(path) == true)
    #expect(try Data(contentsOf: URL(filePath: path)) == Data(text.utf8))
  }

  @Test func aDamagedDatabaseIsSaid() async throws {
    let store = try await SQLiteStore.open(path: path)
    try await store.record((0..<2_000).map { SlotRecord("a", $0) })
    await store.close()
    let file = open(path, O_WRONLY)
    let junk = [UInt8](repeating: 0xEE, count: 20_000)
    for offset in [4_096, 90_000] { _ = pwrite(file, junk, junk.count, offset) }
    close(file)
    let error = await #expect(throws: StoreError.self) { try await SQLiteStore.open(path: path) }
    #expect(error?.code == .damaged)
    #expect(error?.message.contains("move it away") == true)
  }

  @Test func aNewerHostsFileIsRefused() async throws {
    let store = try await SQLiteStore.open(path: path)
    try await store.write { database throws(StoreError) in
      try database.execute("PRAGMA user_version = 99")
    }
    await store.close()
    let error = await #expect(throws: StoreError.self) { try await SQLiteStore.open(path: path) }
    #expect(error?.code == .newer)
    #expect(error?.message.contains("shape 99") == true)
  }

  @Test func theFirstShapeIsBroughtUpToDate() async throws {
    do {
      let database = try Database(path: path, create: true)
      try database.execute(Migrations.steps[0])
      try database.execute("PRAGMA user_version = 1")
      try database.execute(
        "INSERT INTO audit (time, who, action, detail) VALUES (1, 'anna', 'pause', 'old')")
    }
    let store = try await SQLiteStore.open(path: path)
    let entry = try await store.audit(limit: 9).first
    #expect(entry?.who == "anna" && entry?.detail == "old" && entry?.job == "")
    await store.close()
  }

  @Test func aMigrationThatFailsLeavesTheOldShape() throws {
    let database = try Database(path: path, create: true)
    try database.execute("CREATE TABLE events (seq INTEGER)")
    #expect(throws: StoreError.self) { try Migrations.apply(to: database) }
    let tables = try database.query("SELECT name FROM sqlite_master") { $0.text() }
    #expect(tables == ["events"])
    #expect(!database.isInTransaction)
  }

  @Test func aDirectoryThatCannotBeMadeIsSaid() async {
    let error = await #expect(throws: StoreError.self) {
      try await SQLiteStore.open(path: "/proc/nowhere/store.db")
    }
    #expect(error?.code == .cannotOpen)
    #expect(error?.message.contains("/proc/nowhere") == true)
  }

  @Test func pruningGoesInSteps() async throws {
    let store = try await SQLiteStore.open(path: path)
    let slots = (0..<12_000).map { SlotRecord("a", $0) }
    try await store.record(slots)
    try await store.close(slots.map { SlotEnding(key: $0.key, outcome: "ran") })
    let pruned = try await store.prune(.all(.seconds(0)), now: at(12_001))
    #expect(pruned == 12_000)
    #expect(try await store.slots(job: "a", limit: 1).isEmpty)
    await store.close()
  }
}
