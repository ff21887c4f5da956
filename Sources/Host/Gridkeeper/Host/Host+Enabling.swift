import Glibc
import Isolation
import JobTable
import Network
import PluginAPI

// Switching jobs on and off, by way of the table: it stays the one truth.
extension Host {
  /// Writes `enabled` into the job's entry of the table, keeping everything else, and reloads.
  ///
  /// - Throws: `ControlError` when the table has no such job, cannot be changed, or is then rejected.
  func setEnabled(_ job: String, _ isEnabled: Bool) async throws(ControlError) -> String {
    let word = isEnabled ? "enabled" : "disabled"
    let edit = await inTurn { await self.writeEnabled(job, isEnabled) }
    guard try edit.get() else { return "\(job) is \(word) already" }
    let report = await reload()
    guard report.result != .rejected else { throw ControlError("bad-table", report.text) }
    return "\(job) is \(word); generation \(report.generation) is in force"
  }

  /// Says whether the table had to be changed.
  private func writeEnabled(_ job: String, _ isEnabled: Bool) async -> Result<Bool, ControlError> {
    do throws(ControlError) {
      let loaded = try await loadTable()
      guard let entry = loaded.table?.jobs[job] else {
        let names = loaded.table.map { Array($0.jobs.keys) } ?? []
        throw ControlError("unknown-job", "there is no job '\(job)'\(near(job, names))")
      }
      guard entry.isEnabled != isEnabled else { return .success(false) }
      guard let edited = loaded.positions.setting("enabled", to: "\(isEnabled)", of: job),
        examiner.loader.load(edited).table?.jobs[job]?.isEnabled == isEnabled
      else {
        throw ControlError(
          "bad-table",
          "\(options.table.table): the entry of '\(job)' cannot be edited; do it by hand")
      }
      try await replace(options.table.table, with: edited)
      return .success(true)
    } catch {
      return .failure(error)
    }
  }

  private func loadTable() async throws(ControlError) -> LoadedTable {
    let content: TableFile.Content
    do throws(TableFile.Failure) { content = try await readTable() } catch {
      throw ControlError("bad-table", error.description)
    }
    let loaded = examiner.loader.load(content.bytes)
    guard loaded.table != nil else {
      throw ControlError("bad-table", loaded.diagnostics.rendered())
    }
    return loaded
  }

  /// Writes a file beside the table and renames it over the table, so that no reader sees half.
  private func replace(_ path: String, with bytes: [UInt8]) async throws(ControlError) {
    let code = await WorkQueue(name: "table").run { Self.write(bytes, over: path) }
    guard code == 0 else {
      let reason = unsafe String(cString: strerror(code))
      throw ControlError("bad-table", "\(path) cannot be written: \(reason)")
    }
  }

  private static func write(_ bytes: [UInt8], over path: String) -> Int32 {
    let target = unsafe realpath(path, nil).map { pointer in
      defer { unsafe free(pointer) }
      return unsafe String(cString: pointer)
    }
    guard let target else { return errno }
    var info = stat()
    guard unsafe stat(target, &info) == 0 else { return errno }
    let temporary = target + ".new"
    let descriptor = unsafe open(temporary, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, info.st_mode)
    guard descriptor >= 0 else { return errno }
    let isWritten = unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count
    let code = isWritten && fsync(descriptor) == 0 ? 0 : errno
    close(descriptor)
    guard code == 0, unsafe rename(temporary, target) == 0 else {
      let failure = code == 0 ? errno : code
      unsafe unlink(temporary)
      return failure
    }
    return 0
  }
}
