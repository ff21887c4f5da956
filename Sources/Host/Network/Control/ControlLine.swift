import FoundationEssentials
import Telemetry

/// One line of the control protocol.
///
///     {"id":1,"verb":"status","arguments":{…}}         request
///     {"id":1,"item":…}                                any number of times
///     {"id":1,"done":true}                             the end
///     {"id":1,"error":{"code":"…","message":"…"}}      or this end
enum ControlLine {
  /// An answer, as a client reads it.
  enum Answer: Equatable {
    case item(String)
    case done
    case error(ControlError)
  }

  static func request(_ request: ControlRequest) -> String {
    "{\"id\":\(request.id),\"verb\":\(JSONText.quoted(request.verb)),"
      + "\"arguments\":\(oneLine(request.arguments))}"
  }

  static func item(_ id: Int64, _ json: String) -> String {
    "{\"id\":\(id),\"item\":\(oneLine(json))}"
  }

  static func done(_ id: Int64) -> String { "{\"id\":\(id),\"done\":true}" }

  static func error(_ id: Int64, _ error: ControlError) -> String {
    let detail = JSONText.object(["code": error.code, "message": error.message])
    return "{\"id\":\(id),\"error\":\(detail)}"
  }

  static func parseRequest(_ line: [UInt8]) throws(ControlError) -> ControlRequest {
    guard let fields = JSONFields(line), let id = fields.text("id").flatMap({ Int64($0) }),
      let verb = string(fields["verb"])
    else {
      throw ControlError(
        ControlError.malformed,
        "a request is one line like {\"id\":1,\"verb\":\"status\",\"arguments\":{}}")
    }
    return ControlRequest(id: id, verb: verb, arguments: fields.text("arguments") ?? "{}")
  }

  static func parseAnswer(_ line: [UInt8]) throws(ControlError) -> (id: Int64, Answer) {
    guard let fields = JSONFields(line), let id = fields.text("id").flatMap({ Int64($0) }) else {
      throw ControlError(ControlError.malformed, "the host sent a line that is no answer")
    }
    if let item = fields.text("item") { return (id, .item(item)) }
    guard let error = fields["error"].flatMap({ JSONFields(Array($0)) }) else { return (id, .done) }
    let code = string(error["code"]) ?? ControlError.failed
    return (id, .error(ControlError(code, string(error["message"]) ?? code)))
  }

  private static func string(_ json: ArraySlice<UInt8>?) -> String? {
    json.flatMap { try? JSONDecoder().decode(String.self, from: Data($0)) }
  }

  /// Line ends in JSON stand between tokens only, so a space says the same.
  private static func oneLine(_ json: String) -> String {
    guard json.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return json }
    let bytes = json.utf8.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Bytes that arrive in pieces, cut into lines.
struct LineBuffer {
  private var bytes: [UInt8] = []
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Takes bytes in and returns the lines that are whole now, without their ends.
  ///
  /// - Throws: `too-long` when a line is longer than the limit; the buffer is of no use then.
  mutating func take(_ piece: ArraySlice<UInt8>) throws(ControlError) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = piece
    while let end = rest.firstIndex(of: 0x0A) {
      let line = bytes + rest[..<end]
      try check(line.count)
      if !line.isEmpty { lines.append(line) }
      bytes = []
      rest = rest[(end + 1)...]
    }
    bytes += rest
    try check(bytes.count)
    return lines
  }

  private func check(_ count: Int) throws(ControlError) {
    guard count > limit else { return }
    throw ControlError(ControlError.tooLong, "a line is longer than \(limit) bytes")
  }
}
