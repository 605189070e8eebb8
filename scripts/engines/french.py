"""Says a text in French, by the voice of SVOX Pico (PyPI's ttspico): python french.py FILE.wav TEXT."""
import sys
import wave

import ttspico

_, file, text = sys.argv
sound = ttspico.TtsEngine("fr-FR").speak(text)
with wave.open(file, "wb") as out:
    out.setnchannels(1)
    out.setsampwidth(2)
    out.setframerate(16_000)
    out.writeframes(sound)
