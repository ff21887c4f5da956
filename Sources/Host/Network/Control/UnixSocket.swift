import Glibc

/// System calls on Unix domain stream sockets.
enum UnixSocket {
  /// Makes a listening socket at `path` that only this user may connect to. A socket file that
  /// nobody answers on is taken over.
  static func listen(at path: String) throws(ControlError) -> Int32 {
    try clear(path)
    let descriptor = try open(SOCK_STREAM.flag | SOCK_NONBLOCK.flag)
    do throws(ControlError) {
      // On Linux the file's mode is that of the socket at the moment of binding.
      fchmod(descriptor, 0o600)
      let bound = unsafe try withAddress(path) { unsafe Glibc.bind(descriptor, $0, $1) }
      guard bound == 0, Glibc.listen(descriptor, 16) == 0 else { throw failure(path) }
      return descriptor
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Makes a socket that is connected to `path`; reads and writes on it wait.
  static func connect(to path: String) throws(ControlError) -> Int32 {
    let descriptor = try open(SOCK_STREAM.flag)
    let result = unsafe try withAddress(path) { unsafe Glibc.connect(descriptor, $0, $1) }
    guard result == 0 else {
      defer { close(descriptor) }
      guard errno == ENOENT || errno == ECONNREFUSED else { throw failure(path) }
      throw ControlError(
        ControlError.notRunning, "no host answers on \(path); start one with `gridkeeper run`")
    }
    return descriptor
  }

  /// The next client, or `nil` when none waits.
  static func accept(_ listener: Int32) -> Int32? {
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return descriptor
  }

  /// Who is on the other end.
  static func peer(_ descriptor: Int32) -> ControlPeer? {
    // struct ucred, which the Glibc module hides: process, user and group, 32 bits each.
    var credentials: [UInt32] = [0, 0, 0]
    var size = socklen_t(12)
    let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size)
    guard result == 0 else { return nil }
    var peer = ControlPeer()
    (peer.process, peer.user) = (Int32(bitPattern: credentials[0]), credentials[1])
    return peer
  }

  /// Which file `path` is now, to tell one's own socket from a later one.
  static func identity(of path: String) -> (device: UInt, file: UInt)? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return nil }
    return (UInt(status.st_dev), UInt(status.st_ino))
  }

  private static func clear(_ path: String) throws(ControlError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw ControlError(ControlError.badPath, "\(path) exists and is not a socket; move it away")
    }
    if let descriptor = try? connect(to: path) {
      close(descriptor)
      throw ControlError(ControlError.alreadyRunning, "another host answers on \(path)")
    }
    unsafe unlink(path)
  }

  private static func open(_ type: Int32) throws(ControlError) -> Int32 {
    let descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC.flag, 0)
    guard descriptor >= 0 else { throw failure("a socket") }
    return descriptor
  }

  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(ControlError) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < room else {
      throw ControlError(
        ControlError.badPath,
        "\(path) has \(path.utf8.count) bytes; a socket's path has at most \(room - 1)")
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    return unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, size) }
    }
  }

  private static func failure(_ path: String) -> ControlError {
    let reason = unsafe String(cString: strerror(errno))
    return ControlError(ControlError.badPath, "cannot use \(path): \(reason)")
  }
}

extension __socket_type {
  /// The value as the calls take it.
  var flag: Int32 { Int32(bitPattern: rawValue) }
}
