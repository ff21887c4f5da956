import Isolation
import JobTable
import PluginAPI
import Scheduler
import Storage
import Supervisor
import Telemetry

/// Brings a host up: table, store, parts, and the first generation in force.
struct HostLauncher {
  let options: HostOptions

  private var loader: TableLoader {
    TableLoader(environment: options.environment, fileName: options.table.table)
  }

  /// - Throws: `CommandFailure` saying what keeps the host from starting.
  func launch() async throws -> Host {
    let bytes = try? await read()
    let loaded = bytes.map(loader.load)
    let path = options.table.resolve(await database(bytes, loaded))
    let store = try await open(path)
    if loaded?.table != nil { await StorePlace(options.table).remember(path) }
    do {
      return try await launch(bytes, loaded, store)
    } catch {
      await store.close()
      throw error
    }
  }

  /// Where the store is; a table whose text breaks among its jobs still tells it, and when there is
  /// none it is where it was at the last start.
  private func database(_ bytes: [UInt8]?, _ loaded: LoadedTable?) async -> String {
    guard let bytes, let loaded else {
      return await StorePlace(options.table).remembered() ?? StorageSettings().database
    }
    guard loaded.table == nil, loaded.storage == StorageSettings() else {
      return loaded.storage.database
    }
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let head = lines.prefix { !$0.starts(with: "jobs:".utf8) }
    return loader.load(Array(head.joined(separator: [0x0A]))).storage.database
  }

  private func read() async throws -> [UInt8] {
    let path = options.table.table
    return try await WorkQueue(name: "table").run { () throws(TableFile.Failure) in
      try TableFile.read(path).bytes
    }
  }

  private func open(_ path: String) async throws -> any Store {
    if let store = options.substitutes?.store { return store }
    do throws(StoreError) {
      return try await SQLiteStore.open(path: path)
    } catch {
      throw CommandFailure(error.description)
    }
  }

  private func launch(_ bytes: [UInt8]?, _ loaded: LoadedTable?, _ store: any Store) async throws
    -> Host
  {
    let last = try await store.lastGoodGeneration()
    var trouble = "\(options.table.table): cannot be read"
    if let loaded, loaded.table == nil { trouble = loaded.diagnostics.rendered() }
    if let bytes, let table = loaded?.table {
      do {
        return try await begin(Start(bytes: bytes, table: table, last: last, store: store))
      } catch let rejection as TableRejection {
        trouble = rejection.diagnostics.rendered()
      }
    }
    return try await fallBack(to: last, store, because: trouble)
  }

  /// Starts on the last table that was in force, and says so loudly.
  private func fallBack(
    to last: GenerationRecord?, _ store: any Store, because trouble: String
  ) async throws -> Host {
    guard let last else {
      throw CommandFailure(
        trouble + "\nno earlier table was ever in force, so there is nothing to run",
        code: .badTable)
    }
    let bytes = Array(last.table.utf8)
    guard let table = loader.load(bytes).table else {
      throw CommandFailure(
        trouble + "\nthe last good table (generation \(last.number)) no longer loads either",
        code: .badTable)
    }
    do {
      let host = try await begin(Start(bytes: bytes, table: table, last: last, store: store))
      await host.degrade(trouble)
      return host
    } catch let rejection as TableRejection {
      throw CommandFailure(
        trouble + "\nthe last good table (generation \(last.number)) cannot run either:\n"
          + rejection.diagnostics.rendered(), code: .badTable)
    }
  }

  private struct Start {
    let bytes: [UInt8]
    let table: JobTable
    let last: GenerationRecord?
    let store: any Store
  }

  private func begin(_ start: Start) async throws -> Host {
    let log = try makeLog(start.table)
    let parts = try await Wiring(
      options: options, table: start.table, store: start.store, hostLog: log
    ).assemble()
    let examiner = TableExaminer(loader: loader, supervisor: parts.supervisor)
    do {
      let candidate = try await examiner.examine(start.bytes)
      let generation = try await number(candidate, start)
      let ledger = StoreLedger(store: start.store)
      try await ledger.closeRuns(at: options.time.wall)
      await parts.scheduler.restore(try await ledger.memory())
      let force = TableInForce(
        table: candidate.table, catalog: candidate.catalog, generation: generation,
        digest: candidate.digest, since: options.time.wall)
      let host = Host(options: options, parts: parts, examiner: examiner, force: force)
      await parts.enforce(candidate, generation: generation)
      FreeMemory.giveBack()
      return host
    } catch {
      await parts.supervisor.shutDown()
      parts.loop.stop()
      await log.flush()
      throw error
    }
  }

  /// The candidate's generation: the last one when it is the same table, else a new one.
  private func number(_ candidate: TableCandidate, _ start: Start) async throws -> Int64 {
    if let last = start.last, last.digest == String(candidate.digest, radix: 16) {
      return last.number
    }
    let number = (try await start.store.generations(limit: 1).first?.number ?? 0) + 1
    try await start.store.appendGeneration(
      GenerationRecord(candidate, number: number, start.bytes, options, diff: "at start"))
    return number
  }

  private func makeLog(_ table: JobTable) throws -> HostLog {
    do throws(LogError) {
      return try HostLog(table.telemetry, paths: options.table, time: options.time)
    } catch {
      throw CommandFailure(error.description)
    }
  }
}
