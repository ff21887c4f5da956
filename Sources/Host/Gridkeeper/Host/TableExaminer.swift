import JobTable
@_spi(Host) import PluginAPI
import Supervisor
import Wire

/// A table that passed every check and waits to come into force.
struct TableCandidate: Sendable {
  let table: JobTable
  let catalog: PluginCatalog
  let digest: UInt64
  let stage: Stage
  let warnings: [Diagnostic]
}

/// What is wrong with a table.
struct TableRejection: Error, Sendable {
  let diagnostics: [Diagnostic]
}

/// Checks a table as far as it can be checked without putting it into force: its text, its values,
/// its plugins, and its jobs in the workers that would run them.
struct TableExaminer: Sendable {
  let loader: TableLoader
  let supervisor: Supervisor

  /// - Throws: `TableRejection` with everything that is wrong; nothing is left behind then.
  func examine(_ bytes: [UInt8]) async throws(TableRejection) -> TableCandidate {
    let loaded = loader.load(bytes)
    guard let table = loaded.table else {
      throw TableRejection(diagnostics: loaded.diagnostics)
    }
    let offer = await offer(to: table, loaded)
    let checkable = table.jobs.values.filter { !offer.broken.contains($0.plugin) }.map(\.name)
    let findings =
      loaded.diagnostics + offer.problems
      + TableChecker(offer.catalog).check(loaded, jobs: Set(checkable))
    guard !findings.hasErrors else { throw TableRejection(diagnostics: findings) }
    let stage = await supervisor.stage(table.stagedJobs, pins: table.host.pins)
    let problems = diagnostics(stage.problems, loaded, offer.catalog)
    guard problems.isEmpty else {
      await supervisor.discard(stage.stage)
      throw TableRejection(diagnostics: findings + problems)
    }
    return TableCandidate(
      table: table, catalog: offer.catalog, digest: loaded.digest, stage: stage.stage,
      warnings: findings)
  }

  /// What plugins offer, and which of them cannot be used.
  private struct Offer {
    var catalog = PluginCatalog()
    var broken: Set<String> = []
    var problems: [Diagnostic] = []
  }

  /// Asks every plugin of the table what it offers. One that has no library is left out, so that
  /// the table's check finds the near names.
  private func offer(to table: JobTable, _ loaded: LoadedTable) async -> Offer {
    var offer = Offer()
    let available = await supervisor.availablePlugins()
    for name in available { offer.catalog.plugins[name] = [] }
    let users = Dictionary(grouping: table.jobs.values, by: \.plugin)
    for (plugin, jobs) in users where available.contains(plugin) {
      do throws(PluginProblem) {
        offer.catalog.plugins[plugin] = try await supervisor.describe(plugin).kinds
      } catch {
        offer.broken.insert(plugin)
        guard let job = jobs.min(by: { $0.line < $1.line }) else { continue }
        offer.problems.append(
          loaded.positions.diagnostic(
            .error, "plugin '\(plugin)' cannot be used: \(error.message)", job: job.name,
            key: "plugin"))
      }
    }
    return offer
  }

  private func diagnostics(
    _ problems: [JobProblem], _ loaded: LoadedTable, _ catalog: PluginCatalog
  ) -> [Diagnostic] {
    Dictionary(grouping: problems, by: \.job).sorted { $0.key < $1.key }.flatMap { job, problems in
      TableChecker(catalog).diagnostics(
        for: ParameterProblems(
          problems.map { ParameterProblem(parameter: $0.parameter, message: $0.message) }),
        job: job, in: loaded)
    }
  }
}

extension JobTable {
  /// The jobs that workers must be able to run.
  var stagedJobs: [StagedJob] {
    jobs.values.filter(\.isEnabled).map { job in
      StagedJob(
        name: job.name, plugin: job.plugin, kind: job.kind, parameters: job.parameters,
        grants: job.grants)
    }
  }
}

extension PluginDescription {
  /// The kinds as the table's checks need them.
  var kinds: [PluginCatalog.Kind] {
    jobs.map { job in
      PluginCatalog.Kind(
        kind: job.kind, summary: job.summary, capabilities: job.capabilities,
        parameters: job.parameters)
    }
  }
}
