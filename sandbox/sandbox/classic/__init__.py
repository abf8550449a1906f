"""Classic DSP reports: /accounts/{accountId}/dsp/reports."""
