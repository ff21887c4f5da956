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

  /// Checks the bytes of a table that shall come after `force`, if there is one. A table that does not
  /// fit the libraries in force is tried with those that changed on disk: what is renamed in both
  /// comes into force in one step.
  ///
  /// - Throws: `TableRejection` with everything that is wrong; nothing is left behind then.
  func examine(_ bytes: [UInt8], after force: TableInForce? = nil) async throws(TableRejection)
    -> TableCandidate
  {
    let loaded = loader.load(bytes)
    guard let table = loaded.table else {
      throw TableRejection(diagnostics: loaded.diagnostics)
    }
    let rejection: TableRejection
    do throws(TableRejection) { return try await examine(table, loaded, after: force) } catch {
      rejection = error
    }
    guard force != nil else { throw rejection }
    let plugins = Set(table.jobs.values.map(\.plugin))
    let replacements = await supervisor.replacements(for: Array(plugins), pins: table.host.pins)
    guard !replacements.descriptions.isEmpty else { throw rejection }
    do throws(TableRejection) {
      return try await examine(table, loaded, after: force, with: replacements)
    } catch {
      await supervisor.discard(replacements)
      throw rejection
    }
  }

  private func examine(
    _ table: JobTable, _ loaded: LoadedTable, after force: TableInForce?,
    with replacements: Replacements? = nil
  ) async throws(TableRejection) -> TableCandidate {
    let offer = await offer(to: table, loaded, over: force, with: replacements)
    let checkable = table.jobs.keys.filter { !offer.uncheckable.contains($0) }
    let findings =
      loaded.diagnostics + offer.problems
      + TableChecker(offer.catalog).check(loaded, jobs: Set(checkable))
    guard !findings.hasErrors else { throw TableRejection(diagnostics: findings) }
    let stage = await supervisor.stage(
      table.stagedJobs, pins: table.host.pins, replacements: replacements)
    let problems = diagnostics(stage.problems, loaded, offer.catalog)
    guard problems.isEmpty else {
      await supervisor.discard(stage.stage)
      throw TableRejection(diagnostics: findings + problems)
    }
    return TableCandidate(
      table: table, catalog: offer.catalog, digest: loaded.digest, stage: stage.stage,
      warnings: findings)
  }

  /// What plugins offer, and which jobs cannot be checked because theirs cannot be used.
  private struct Offer {
    var catalog = PluginCatalog()
    var uncheckable: Set<String> = []
    var problems: [Diagnostic] = []
  }

  /// Asks every plugin of the table what it offers. One that has no library is left out, so that
  /// the table's check finds the near names.
  private func offer(
    to table: JobTable, _ loaded: LoadedTable, over force: TableInForce?,
    with replacements: Replacements?
  ) async -> Offer {
    var offer = Offer()
    let available = await supervisor.availablePlugins()
    for name in available { offer.catalog.plugins[name] = [] }
    let users = Dictionary(grouping: table.jobs.values, by: \.plugin)
    for (plugin, jobs) in users {
      if let changed = replacements?.descriptions[plugin] {
        offer.catalog.plugins[plugin] = changed.kinds
        continue
      }
      var trouble = "it has no library"
      if available.contains(plugin) {
        do throws(PluginProblem) {
          offer.catalog.plugins[plugin] = try await supervisor.describe(
            plugin, pins: table.host.pins
          ).kinds
          continue
        } catch { trouble = error.message }
      } else if needs(jobs, over: force) {
        continue
      }
      note(trouble, plugin, jobs, loaded, force, in: &offer)
    }
    return offer
  }

  /// Whether a table that comes after `force` asks for any of these jobs anew.
  private func needs(_ jobs: [JobEntry], over force: TableInForce?) -> Bool {
    jobs.contains { job in
      job.isEnabled && force?.table.jobs[job.name].map { $0.isSame(as: job) } != true
    }
  }

  /// A plugin that cannot be used stops a table only where the table needs it anew: jobs that are
  /// switched off, or were in force before, must not keep an operator from changing others.
  private func note(
    _ trouble: String, _ plugin: String, _ jobs: [JobEntry], _ loaded: LoadedTable,
    _ force: TableInForce?, in offer: inout Offer
  ) {
    offer.uncheckable.formUnion(jobs.map(\.name))
    offer.catalog.plugins[plugin] = force?.catalog.plugins[plugin]
    guard let job = jobs.min(by: { $0.line < $1.line }) else { return }
    offer.problems.append(
      loaded.positions.diagnostic(
        needs(jobs, over: force) ? .error : .warning,
        "plugin '\(plugin)' cannot be used: \(trouble)", job: job.name, key: "plugin"))
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
    jobs.values.compactMap { job in
      let terms = job.terms
      guard terms.isEnabled else { return nil }
      return StagedJob(
        name: job.name, plugin: terms.plugin, kind: terms.kind, parameters: terms.parameters,
        grants: terms.grants)
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
