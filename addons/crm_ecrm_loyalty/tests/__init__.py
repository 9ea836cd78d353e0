from . import (
    test_complaint_stops,
    test_loyal_accessibility,
    test_loyal_figures,
    test_service_level,
    test_voice_signals,
)
