import CYAML

/// The parser of libyaml: bytes in, events out. The only code that touches its memory.
@safe struct YAMLEvents: ~Copyable {
  enum Event {
    case scalar(text: String, isPlain: Bool, isBlock: Bool)
    case sequence
    case mapping
    case end
    case alias(String)
    case documentStart
    case streamEnd
    /// Something without a meaning for a table.
    case other
  }

  /// A mark of the parser: line and column from 0, columns in characters.
  struct Mark {
    var line: Int
    var column: Int

    init(_ mark: yaml_mark_t) {
      line = mark.line
      column = mark.column
    }
  }

  struct Failure: Error {
    var message: String
    var mark: Mark
    /// Whether the bytes themselves are at fault, so that the mark means nothing.
    var isReader: Bool
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private(set) var start = Mark(yaml_mark_t())
  private(set) var finish = Mark(yaml_mark_t())
  /// Whether the last event carried a tag such as `!thing`.
  private(set) var isTagged = false

  /// Reads from `bytes`, which must outlive the parser and must be UTF-8 without a byte-order mark.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    unsafe parser = .allocate(capacity: 1)
    let made = unsafe yaml_parser_initialize(parser)
    precondition(made == 1, "out of memory")
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
  }

  mutating func next() throws(Failure) -> Event {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { unsafe yaml_event_delete(&event) }
    start = unsafe Mark(event.start_mark)
    finish = unsafe Mark(event.end_mark)
    isTagged = false
    return unsafe read(event)
  }

  private mutating func read(_ event: borrowing yaml_event_t) -> Event {
    switch unsafe event.type {
    case YAML_SCALAR_EVENT: return unsafe scalar(event)
    case YAML_SEQUENCE_START_EVENT:
      isTagged = unsafe event.data.sequence_start.tag != nil
      return .sequence
    case YAML_MAPPING_START_EVENT:
      isTagged = unsafe event.data.mapping_start.tag != nil
      return .mapping
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
    case YAML_ALIAS_EVENT: return unsafe .alias(String(cString: event.data.alias.anchor))
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_STREAM_END_EVENT: return .streamEnd
    default: return .other
    }
  }

  private mutating func scalar(_ event: borrowing yaml_event_t) -> Event {
    isTagged = unsafe event.data.scalar.tag != nil
    let style = unsafe event.data.scalar.style
    let bytes = unsafe UnsafeBufferPointer(
      start: event.data.scalar.value, count: event.data.scalar.length)
    return .scalar(
      text: unsafe String(decoding: bytes, as: UTF8.self),
      isPlain: style == YAML_PLAIN_SCALAR_STYLE,
      isBlock: style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
  }

  private func failure() -> Failure {
    let isReader = unsafe parser.pointee.error == YAML_READER_ERROR
    let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) }
    var message = problem ?? "the parser ran out of memory"
    if let context = unsafe parser.pointee.context, !isReader {
      let line = unsafe parser.pointee.context_mark.line + 1
      message += unsafe " \(String(cString: context)) that begins on line \(line)"
    }
    return unsafe Failure(
      message: message, mark: Mark(parser.pointee.problem_mark), isReader: isReader)
  }
}
