import Glibc

/// What the kernel knows about this process, under the names that Prometheus gives it.
package enum ProcessMetrics: Sendable {
  /// Resident memory in bytes.
  package static var residentBytes: Int {
    // The second field counts pages.
    let fields = text("/proc/self/statm").split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
  }

  static func exposition() -> String {
    let status = Status(text("/proc/self/stat"), boot: bootTime)
    var out = ""
    gauge("process_resident_memory_bytes", "Resident memory in bytes.", residentBytes, to: &out)
    gauge("process_virtual_memory_bytes", "Virtual memory in bytes.", status.virtual, to: &out)
    gauge("process_open_fds", "Open descriptors.", openDescriptors, to: &out)
    gauge("process_threads", "Threads.", status.threads, to: &out)
    gauge(
      "process_start_time_seconds", "When the process started, in seconds since 1970.",
      status.started, to: &out)
    out += "# HELP process_cpu_seconds_total Processor time spent, in seconds.\n"
    out += "# TYPE process_cpu_seconds_total counter\n"
    return out + "process_cpu_seconds_total \(MetricText.number(status.cpu))\n"
  }

  /// The fields of `/proc/self/stat` after the command's closing parenthesis.
  private struct Status {
    var cpu = 0.0
    var threads = 0
    var virtual = 0
    var started = 0

    init(_ text: String, boot: Int) {
      let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
      guard fields.count > 21 else { return }
      let tick = sysconf(Int32(_SC_CLK_TCK))
      cpu = ((Double(fields[12]) ?? 0) + (Double(fields[13]) ?? 0)) / Double(tick)
      threads = Int(fields[18]) ?? 0
      started = boot + (Int(fields[20]) ?? 0) / tick
      virtual = Int(fields[21]) ?? 0
    }
  }

  private static var bootTime: Int {
    let line = text("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
    return line.flatMap { Int($0.dropFirst(6)) } ?? 0
  }

  private static var openDescriptors: Int {
    guard let directory = unsafe opendir("/proc/self/fd") else { return 0 }
    defer { unsafe closedir(directory) }
    var count = 0
    while unsafe readdir(directory) != nil { count += 1 }
    // Two are the directory's own names, one is the directory.
    return max(count - 3, 0)
  }

  private static func gauge(_ name: String, _ help: String, _ value: Int, to out: inout String) {
    out += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n\(name) \(value)\n"
  }

  private static func text(_ path: String) -> String {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }
}
