import FoundationEssentials
package import JobTable
@_spi(Host) import PluginAPI
import Wire
import Worker

/// The plugins of a table, open in this process.
package struct LabPlugins: Sendable {
  /// What each plugin offers.
  package private(set) var catalog = PluginCatalog()
  /// Of each plugin, the SHA-256 digest of its library.
  package private(set) var digests: [String: String] = [:]
  /// Why plugins could not be opened.
  package private(set) var troubles: [String: String] = [:]
  private var jobs: [String: [JobDescriptor]] = [:]

  /// A job that can be run: a value to copy, and what it declared.
  struct Ready: Sendable {
    let prototype: any Job
    let capabilities: Set<Capability>
    /// What is said when it traps.
    let blame: CrashNote.Line
  }

  /// Opens the libraries that the table's enabled jobs need. A plugin that traps meanwhile ends the
  /// process: the Lab shares it with its plugins.
  ///
  package init(of table: JobTable, in directory: String) {
    CrashNote.install()
    defer { CrashNote.set(nil) }
    for name in Self.libraries(in: directory) { catalog.plugins[name] = [] }
    for name in Set(table.jobs.values.map(\.plugin)).sorted() where catalog.plugins[name] != nil {
      CrashNote.set(.init("gridkeeper: the plugin '\(name)', while it was opened,"))
      let hello = HostHello(
        plugin: name, library: "\(directory)/lib\(name).so", pin: table.host.pins[name],
        memory: table.host.workerMemory, files: table.host.workerFiles)
      do throws(LoadFailure) { take(try PluginLoader.load(hello)) } catch {
        troubles[name] = error.message
      }
    }
  }

  private mutating func take(_ plugin: LoadedPlugin) {
    catalog.plugins[plugin.name] = plugin.jobs.map(PluginCatalog.Kind.init)
    digests[plugin.name] = plugin.digest
    jobs[plugin.name] = plugin.jobs
  }

  private static func libraries(in directory: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasPrefix("lib") && $0.hasSuffix(".so") }
      .map { String($0.dropFirst(3).dropLast(3)) }
  }

  /// Makes the job that an entry declares.
  ///
  /// - Throws: `ParameterProblems` with everything that the job finds wrong.
  func ready(_ entry: JobEntry) throws(ParameterProblems) -> Ready {
    let offered = jobs[entry.plugin] ?? []
    let kind = catalog.kind(of: entry)?.kind
    guard let descriptor = offered.first(where: { $0.kind == kind }) else {
      throw ParameterProblems([ParameterProblem(message: "\(entry.plugin) cannot be used")])
    }
    let prototype = try descriptor.make(entry.parameters)
    return Ready(
      prototype: prototype, capabilities: descriptor.capabilities.intersection(entry.grants),
      blame: .init("gridkeeper: the job '\(entry.name)' of plugin '\(entry.plugin)'"))
  }

  /// Everything that is wrong with a loaded table and its jobs, as `gridkeeper check` finds it.
  package func check(_ loaded: LoadedTable) -> [Diagnostic] {
    guard let table = loaded.table else { return loaded.diagnostics }
    let checker = TableChecker(catalog)
    let broken = Set(table.jobs.values.filter { troubles[$0.plugin] != nil }.map(\.name))
    var findings = loaded.diagnostics
    for (plugin, trouble) in troubles.sorted(by: { $0.key < $1.key }) {
      let job = table.jobs.values.filter { $0.plugin == plugin }.map(\.name).min() ?? ""
      findings.append(
        loaded.positions.diagnostic(
          .error, "plugin '\(plugin)' cannot be used: \(trouble)", job: job, key: "plugin"))
    }
    findings += checker.check(loaded, jobs: Set(table.jobs.keys).subtracting(broken))
    guard !findings.hasErrors else { return findings }
    for entry in table.jobs.values.sorted(by: { $0.line < $1.line }) where entry.isEnabled {
      do throws(ParameterProblems) { _ = try ready(entry) } catch {
        findings += checker.diagnostics(for: error, job: entry.name, in: loaded)
      }
    }
    return findings
  }
}
