import Glibc
import Isolation

/// What processes use, as the kernel tells it.
enum ProcessUsage {
  /// CPU time of a process in nanoseconds, threads that ended included, as the floors measure it; 0
  /// when there is no process of that number.
  static func cpu(of process: Int32) -> Int64 { SystemTime.cpu(of: process) ?? 0 }

  /// Resident memory in megabytes (10⁶ bytes); 0 when there is no process of that number.
  static func memory(of process: Int32) -> Double {
    let fields = text(of: "/proc/\(process)/statm").split(separator: " ")
    guard fields.count > 1, let pages = Double(fields[1]) else { return 0 }
    return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1e6
  }

  /// Descriptors that this process has open.
  static func descriptors() -> Int { entries(of: "/proc/self/fd") }

  /// Threads of this process.
  static func threads() -> Int { entries(of: "/proc/self/task") }

  /// Processes that this process has started and that have not been reaped.
  static func children() -> [Int32] {
    names(in: "/proc/self/task").flatMap { task in
      text(of: "/proc/self/task/\(task)/children").split(separator: " ").compactMap { Int32($0) }
    }
  }

  private static func entries(of directory: String) -> Int { names(in: directory).count }

  private static func names(in directory: String) -> [String] {
    guard let handle = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  /// The start of a small file of the kernel.
  private static func text(of path: String) -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
