import FoundationEssentials
import Lab

/// Files that the Lab reads and writes.
enum LabFiles {
  /// Writes bytes to a file as a whole, or to standard output for `-`.
  ///
  /// - Throws: `CommandFailure` saying why not.
  static func write(_ data: Data, to path: String, _ surroundings: Surroundings)
    throws(CommandFailure)
  {
    guard path != "-" else {
      return surroundings.output.write(String(decoding: data, as: UTF8.self))
    }
    do { try data.write(to: URL(filePath: path), options: .atomic) } catch {
      throw CommandFailure("\(path): cannot be written: \(error)")
    }
  }

  /// Reads a report.
  ///
  /// - Throws: `CommandFailure` saying what is wrong with it.
  static func report(_ path: String) throws(CommandFailure) -> LabReport {
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      throw CommandFailure("\(path): cannot be read; expected a report of 'lab run --json'")
    }
    do throws(ReportError) { return try LabReport(json: data, name: path) } catch {
      throw CommandFailure(error.description)
    }
  }
}
