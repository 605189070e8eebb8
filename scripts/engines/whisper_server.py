"""A real Whisper behind OpenAI's API of transcription, for the tests of engines: faster-whisper and the standard library."""
import io
import json
import sys
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

from faster_whisper import WhisperModel
from faster_whisper.audio import decode_audio

NAME = "whisper-base"
model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=2)
turn = Lock()


def clock(seconds, comma):
    millis = round(seconds * 1000)
    return "%02d:%02d:%02d%s%03d" % (millis // 3_600_000, millis // 60_000 % 60, millis // 1000 % 60, comma, millis % 1000)


def cues(segments, comma, numbered):
    return "".join(
        f"{f'{i}{chr(10)}' if numbered else ''}{clock(s.start, comma)} --> {clock(s.end, comma)}\n{s.text.strip()}\n\n"
        for i, s in enumerate(segments, 1)
    )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        data = (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status, message, code=None):
        self.answer(status, {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}})

    def do_GET(self):
        if self.path == "/health":
            return self.answer(200, "OK", "text/plain")
        if self.path == "/v1/models":
            return self.answer(200, {"object": "list", "data": [{"id": NAME, "object": "model", "created": 0, "owned_by": "test"}]})
        self.refuse(404, "Not Found")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        tasks = {"/v1/audio/transcriptions": "transcribe", "/v1/audio/translations": "translate"}
        task = tasks.get(self.path)
        if task is None:
            return self.refuse(404, "Not Found")
        head = f"content-type: {self.headers.get('content-type', '')}\r\n\r\n".encode()
        form = BytesParser(policy=HTTP).parsebytes(head + body)
        parts = {p.get_param("name", header="content-disposition"): p.get_payload(decode=True) for p in form.iter_parts()}
        audio = parts.pop("file", None)
        fields = {name: value.decode() for name, value in parts.items()}
        if audio is None:
            return self.refuse(400, "file is required")
        if fields.get("model") != NAME:
            return self.refuse(404, f"The model `{fields.get('model')}` does not exist.", "model_not_found")
        try:
            samples = decode_audio(io.BytesIO(audio))
        except Exception:
            return self.refuse(400, "Invalid file format.")
        words = fields.get("timestamp_granularities[]") == "word"
        with turn:
            found, info = model.transcribe(
                samples, language=fields.get("language"), task=task, initial_prompt=fields.get("prompt"),
                word_timestamps=words, temperature=0
            )
            segments = list(found)
        text = "".join(s.text for s in segments).strip()
        usage = {"type": "duration", "seconds": -(-int(info.duration * 1000) // 1000)}
        match fields.get("response_format", "json"):
            case "text":
                return self.answer(200, f"{text}\n", "text/plain; charset=utf-8")
            case "srt":
                return self.answer(200, cues(segments, ",", True), "text/plain; charset=utf-8")
            case "vtt":
                return self.answer(200, "WEBVTT\n\n" + cues(segments, ".", False), "text/vtt; charset=utf-8")
            case "verbose_json":
                return self.answer(200, {
                    "task": task,
                    "language": info.language,
                    "duration": info.duration,
                    "text": text,
                    "segments": [{"id": s.id, "start": s.start, "end": s.end, "text": s.text} for s in segments],
                    **({"words": [{"word": w.word, "start": w.start, "end": w.end} for s in segments for w in s.words]} if words else {}),
                    "usage": usage,
                })
            case "json":
                return self.answer(200, {"text": text, "usage": usage})
            case other:
                return self.refuse(400, f"Unknown response_format: {other}")


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler)
print("ready", flush=True)
server.serve_forever()
