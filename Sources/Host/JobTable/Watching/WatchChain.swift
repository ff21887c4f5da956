import CInotify
import Glibc

/// Notices from the system about every directory, link and file on the way to a path.
struct WatchChain: ~Copyable {
  /// Becomes readable when there is notice; negative when the system gives none.
  let descriptor: Int32
  private let path: String
  /// The names that matter in each watched directory, by watch; none for a watched file.
  private var names: [Int32: Set<String>] = [:]

  private static let directoryMask = UInt32(
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF
      | IN_ONLYDIR)
  private static let fileMask = UInt32(
    IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
  private static let linkLimit = 40

  init(path: String, takesNotice: Bool) {
    self.path = path.hasPrefix("/") ? path : Self.workingDirectory + "/" + path
    descriptor = takesNotice ? inotify_init1(O_CLOEXEC | O_NONBLOCK) : -1
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  private static var workingDirectory: String {
    guard let text = unsafe getcwd(nil, 0) else { return "" }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }

  /// Watches what the path leads through now, and nothing that it led through before.
  ///
  /// A directory is watched before its entry is looked at, so no change can fall between.
  mutating func arm() {
    guard descriptor >= 0 else { return }
    let before = names.keys
    names = [:]
    var directory = ""
    var rest = Self.components(path)
    var links = 0
    while !rest.isEmpty {
      let name = rest.removeFirst()
      if name == ".." {
        directory = String(directory[..<(directory.lastIndex(of: "/") ?? directory.startIndex)])
        continue
      }
      watch(directory.isEmpty ? "/" : directory, for: name)
      let full = directory + "/" + name
      if let target = Self.target(of: full), links < Self.linkLimit {
        links += 1
        rest = Self.components(target) + rest
        if target.hasPrefix("/") { directory = "" }
        continue
      }
      directory = full
      if rest.isEmpty { watchFile(full) }
    }
    for watch in before where names[watch] == nil { inotify_rm_watch(descriptor, watch) }
  }

  private static func components(_ path: String) -> [String] {
    path.split(separator: "/").filter { $0 != "." }.map(String.init)
  }

  private static func target(of path: String) -> String? {
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, count in
      let length = unsafe buffer.withMemoryRebound(to: CChar.self) { text in
        unsafe text.baseAddress.map { unsafe readlink(path, $0, text.count) }
      }
      count = max(0, length ?? 0)
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  private mutating func watch(_ directory: String, for name: String) {
    let watch = unsafe inotify_add_watch(descriptor, directory, Self.directoryMask)
    if watch >= 0 { names[watch, default: []].insert(name) }
  }

  private mutating func watchFile(_ file: String) {
    let watch = unsafe inotify_add_watch(descriptor, file, Self.fileMask)
    if watch >= 0 { names[watch] = [] }
  }

  /// Takes all notices.
  ///
  /// - Returns: Whether any of them is about the path.
  func tookNotice() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    var matters = false
    while true {
      let count = unsafe read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return matters }
      if hasMatter(buffer[..<count]) { matters = true }
    }
  }

  private func hasMatter(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    while rest.count >= 16 {
      let watch = Int32(bitPattern: Self.word(rest, at: 0))
      let mask = Self.word(rest, at: 4)
      let length = Int(Self.word(rest, at: 12))
      let name = rest.dropFirst(16).prefix(length).prefix { $0 != 0 }
      if isMatter(watch, mask, String(decoding: name, as: UTF8.self)) { return true }
      rest = rest.dropFirst(16 + length)
    }
    return false
  }

  private func isMatter(_ watch: Int32, _ mask: UInt32, _ name: String) -> Bool {
    if mask & UInt32(IN_Q_OVERFLOW) != 0 { return true }
    // The end of a watch that was given up; what led to it was told before.
    if mask & UInt32(IN_IGNORED) != 0 { return false }
    guard let wanted = names[watch] else { return false }
    return name.isEmpty || wanted.contains(name)
  }

  private static func word(_ bytes: ArraySlice<UInt8>, at offset: Int) -> UInt32 {
    bytes.dropFirst(offset).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
