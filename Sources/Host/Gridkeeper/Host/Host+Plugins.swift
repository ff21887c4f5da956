import PluginAPI
import Supervisor
import Telemetry

// Plugin libraries that change while the host runs.
extension Host {
  /// Replaces the workers of plugins whose library changed on disk; what does not fit stays out.
  func upgradeChangedPlugins() async {
    for plugin in await parts.supervisor.changedPlugins() {
      await inTurn { await self.upgrade(plugin) }
    }
  }

  private func upgrade(_ plugin: String) async {
    do throws(PluginProblem) {
      let report = try await parts.supervisor.upgrade(plugin)
      parts.log.info(
        "plugin upgraded", ["plugin": plugin, "from": report.from, "to": report.to])
      parts.events.emit(
        "PLUGIN_UPGRADED", ["plugin": plugin, "from": report.from, "to": report.to])
    } catch {
      parts.events.emit("PLUGIN_UPGRADE_REFUSED", ["plugin": plugin, "why": error.message])
      // The table on disk may be one that waits for this library.
      if lastReload?.result == .rejected { _ = await readAndApply() }
    }
  }

  /// Says which libraries are new, and tries a table again that was rejected without them.
  func offerNewPlugins(_ known: Set<String>) async -> Set<String> {
    let now = Set(await parts.supervisor.availablePlugins())
    let new = now.subtracting(known)
    guard !new.isEmpty else { return now }
    for plugin in new.sorted() {
      parts.log.info("a new plugin can be used", ["plugin": plugin])
      parts.events.emit("PLUGIN_OFFERED", ["plugin": plugin])
    }
    if lastReload?.result == .rejected { _ = await reload() }
    return now
  }
}
