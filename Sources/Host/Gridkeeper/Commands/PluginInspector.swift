import Isolation
import JobTable
@_spi(Host) import PluginAPI
import Supervisor
import Telemetry

/// Asks plugins about themselves without a running host: in workers, as the host does.
struct PluginInspector {
  let supervisor: Supervisor
  /// Kept alive, because the supervisor holds it weakly.
  private let nobody: Nobody

  /// Workers get the settings of `table`; those of an empty table by default.
  ///
  /// - Throws: `CommandFailure` when the program cannot find itself.
  init(
    _ arguments: Arguments, _ surroundings: Surroundings, table: JobTable = JobTable(),
    paths: TablePaths = TablePaths(table: "jobs.yaml")
  ) throws(CommandFailure) {
    var settings = SupervisorSettings(
      table, paths: paths, executable: try ExecutablePath.own())
    if let directory = arguments.values["plugins"] { settings.pluginDirectory = directory }
    nobody = Nobody()
    supervisor = Supervisor(
      loop: EventLoop(name: "inspector"), time: surroundings.time, settings: settings,
      delegate: nobody, log: .silent, metrics: Metrics())
  }

  /// What every plugin in the directory offers; those that cannot be used are left out.
  func catalog() async -> PluginCatalog {
    var catalog = PluginCatalog()
    for name in await supervisor.availablePlugins() {
      catalog.plugins[name] = try? await supervisor.describe(name).kinds
    }
    return catalog
  }
}

/// Nobody's runs end here: an inspector starts none.
final class Nobody: SupervisorDelegate {
  func runsEnded(_ ends: [RunEnd]) {}
  func runsRejected(_ runs: [RejectedRun]) {}
  func workerChanged(_ status: WorkerStatus) {}
  func told(_ telling: Telling, by context: RunContext) {}
  func serve(_ call: ServiceCall, for context: RunContext) async -> ServiceReply {
    .failed("no host runs")
  }
}

/// Checks a table on disk as the host would, without a running host.
struct TableInspector {
  let path: String
  private let bytes: [UInt8]
  private let examiner: TableExaminer
  private let inspector: PluginInspector

  init(_ arguments: Arguments, _ surroundings: Surroundings) throws {
    path = arguments.operand(0) ?? "jobs.yaml"
    bytes = try Self.read(path)
    let loader = TableLoader(environment: surroundings.environment, fileName: path)
    inspector = try PluginInspector(
      arguments, surroundings, table: loader.load(bytes).table ?? JobTable(),
      paths: TablePaths(table: path))
    examiner = TableExaminer(loader: loader, supervisor: inspector.supervisor)
  }

  func examine() async throws(TableRejection) -> TableCandidate {
    try await examiner.examine(bytes)
  }

  /// - Throws: `CommandFailure` saying why the file cannot be read.
  static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
    do throws(TableFile.Failure) { return try TableFile.read(path).bytes } catch {
      throw CommandFailure(error.description, code: .badTable)
    }
  }
}
