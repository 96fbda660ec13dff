// Flow: the forms of both pictures travel along one field while they blend in linear light. The old picture sets off, the
// new one arrives, and at each end the picture itself stands there untouched. Where one is brighter it leads, so forms rise
// out of the ground instead of fading; this shifts no weight on the whole, for what leads here lags there.
#version 440

layout(location = 0) in vec2 qt_TexCoord0;
layout(location = 0) out vec4 fragColor;
layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
    float progress; // 0..1, linear in time
    float aspect;   // width over height
};
layout(binding = 1) uniform sampler2D src;
layout(binding = 2) uniform sampler2D dst;
layout(binding = 3) uniform sampler2D field;

const vec3 BRIGHTNESS = vec3(0.2126, 0.7152, 0.0722);
const float LEAD = 0.55;
const float ORDER = 1.2;
const vec2 CELLS = vec2(80.0, 45.0); // the size of the field

float dither(vec2 pixel)
{
    // Interleaved gradient noise (Jimenez 2014), kept under half a step so that untouched pixels stay untouched.
    return (fract(52.9829189 * fract(dot(pixel, vec2(0.06711056, 0.00583715)))) - 0.5) * (0.9 / 255.0);
}

void main()
{
    float weight = smoothstep(0.0, 1.0, progress);
    vec4 known = texture(field, qt_TexCoord0);
    // Nothing crosses the edge: within half a cell of it the field falls to nothing, as it does between cells.
    vec2 inside = min(vec2(1.0), min(qt_TexCoord0, 1.0 - qt_TexCoord0) * 2.0 * CELLS);
    vec2 way = known.rg * inside * vec2(1.0 / aspect, 1.0);
    vec3 a = texture(src, qt_TexCoord0 - way * weight).rgb;
    vec3 b = texture(dst, qt_TexCoord0 + way * (1.0 - weight)).rgb;
    float between = 4.0 * weight * (1.0 - weight);
    float share = weight + between * (LEAD * (dot(b - a, BRIGHTNESS) - known.a) + ORDER * (known.b - known.a));
    vec3 blended = sqrt(mix(a * a, b * b, smoothstep(0.0, 1.0, share)));
    fragColor = vec4(blended + dither(gl_FragCoord.xy), 1.0) * qt_Opacity;
}
