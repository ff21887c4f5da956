import CWebSockets
import Glibc

/// A context or a connection of libwebsockets, used on its thread alone.
@safe struct HTTPHandle: Hashable {
  private let address: UInt

  init(_ pointer: OpaquePointer) { address = UInt(bitPattern: pointer) }

  var pointer: OpaquePointer? { unsafe OpaquePointer(bitPattern: address) }
}

/// Calls of libwebsockets that need more than one line.
enum HTTPContext {
  typealias Callback =
    @convention(c) (
      OpaquePointer?, lws_callback_reasons, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Int
    ) -> Int32

  /// The list of protocols, HTTP alone, which must live as long as the context.
  static func makeProtocols(_ callback: Callback) -> UnsafeMutablePointer<lws_protocols> {
    let protocols = UnsafeMutablePointer<lws_protocols>.allocate(capacity: 2)
    unsafe protocols.initialize(repeating: lws_protocols(), count: 2)
    unsafe protocols[0].name = staticText("http")
    unsafe protocols[0].callback = callback
    return unsafe protocols
  }

  static func make(
    port: UInt16, limits: HTTPLimits, protocols: UnsafePointer<lws_protocols>,
    owner: UnsafeMutableRawPointer
  ) throws(HTTPServerError) -> HTTPHandle {
    lws_set_log_level(0, nil)
    try probe(port)
    var info = unsafe lws_context_creation_info()
    unsafe info.port = Int32(port)
    unsafe info.iface = staticText("127.0.0.1")
    unsafe info.vhost_name = staticText("loopback")
    unsafe info.protocols = protocols
    unsafe info.user = owner
    unsafe info.options = options
    unsafe info.fd_limit_per_thread = UInt32(limits.connections + 16)
    unsafe info.timeout_secs = UInt32(limits.patience)
    unsafe info.keepalive_timeout = Int32(limits.patience)
    unsafe info.timeout_secs_ah_idle = UInt32(limits.patience)
    unsafe info.gid = -1
    unsafe info.uid = -1
    guard let context = unsafe lws_create_context(&info) else {
      throw HTTPServerError(description: "cannot listen on 127.0.0.1:\(port)")
    }
    return unsafe HTTPHandle(context)
  }

  /// No name look-up of this machine, no IPv6, and an error when the port is taken; the macros do not
  /// import.
  private static let options: UInt64 = 1 << 2 | 1 << 5 | 1 << 30

  /// Finds out why a port cannot be had, which libwebsockets does not tell.
  private static func probe(_ port: UInt16) throws(HTTPServerError) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var yes: Int32 = 1
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size) == 0 ? listen(descriptor, 1) : -1
      }
    }
    guard result != 0 else { return }
    let reason = unsafe String(cString: strerror(errno))
    throw HTTPServerError(
      description: "cannot listen on 127.0.0.1:\(port): \(reason); choose another port")
  }

  static func port(of context: HTTPHandle) -> UInt16 {
    guard let host = unsafe lws_get_vhost_by_name(context.pointer, "loopback") else { return 0 }
    return UInt16(truncatingIfNeeded: unsafe lws_get_vhost_listen_port(host))
  }

  static func method(of connection: HTTPHandle) -> HTTPRouting.Method {
    if unsafe lws_hdr_total_length(connection.pointer, WSI_TOKEN_GET_URI) > 0 { return .get }
    if unsafe lws_hdr_total_length(connection.pointer, WSI_TOKEN_HEAD_URI) > 0 { return .head }
    return .other
  }

  static func writeHeaders(_ response: HTTPResponse, to connection: HTTPHandle) -> Bool {
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 2_048)
    defer { unsafe buffer.deallocate() }
    let start = unsafe buffer + Int(LWS_WRITE_PADDING)
    let end = unsafe buffer + 2_048
    var position: UnsafeMutablePointer<UInt8>? = unsafe start
    let added = unsafe lws_add_http_common_headers(
      connection.pointer, UInt32(response.status), response.contentType,
      lws_filepos_t(response.body.count), &position, end)
    guard added == 0 else { return false }
    return unsafe lws_finalize_write_http_header(connection.pointer, start, &position, end) == 0
  }

  static func write(
    _ piece: ArraySlice<UInt8>, isLast: Bool, to connection: HTTPHandle
  ) -> Bool {
    let padding = Int(LWS_WRITE_PADDING)
    var buffer = [UInt8](repeating: 0, count: padding) + piece
    let kind = isLast ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP
    let written = unsafe buffer.withUnsafeMutableBufferPointer { bytes in
      unsafe lws_write(
        connection.pointer, bytes.baseAddress.map { unsafe $0 + padding }, piece.count, kind)
    }
    return written >= piece.count
  }

  private static func staticText(_ text: StaticString) -> UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
